package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;

/**
 * What the parser cannot know by itself: whether the model is there, and what it can do. Asked for every request, also
 * for one with other problems (whose bad fields then are null), so that everything is reported at once. Pure as far as a
 * request is concerned, quick; does not block and does not throw.
 */
public interface RequestCheck {
    /** Every further problem with the request; none where it can be rendered. */
    List<Problem> problems(RenderRequest request);

    /** What either finds. */
    default RequestCheck and(RequestCheck other) {
        return request -> {
            List<Problem> all = new ArrayList<>(problems(request));
            all.addAll(other.problems(request));
            return all;
        };
    }

    /** A check that finds nothing. */
    static RequestCheck none() {
        return request -> List.of();
    }
}
