package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parser cannot know by itself: whether the model is there, and what it can do. Asked for every request, also
 * for one with other problems (whose bad fields then are null), so that everything is reported at once. Pure as far as a
 * request is concerned, quick; does not block and does not throw.
 */
public interface RequestCheck {
    /** Every further problem with the request; none where it can be rendered. */
    List<Problem> problems(RenderRequest request);

    /**
     * What the model of a request says of its jobs, where they say nothing.
     *
     * @param model as the request names it; null where it names none
     */
    default JobDefaults defaults(@Nullable String model) {
        return JobDefaults.NONE;
    }

    /** What either finds; defaults are this one's. */
    default RequestCheck and(RequestCheck other) {
        RequestCheck first = this;
        return new RequestCheck() {
            @Override
            public List<Problem> problems(RenderRequest request) {
                List<Problem> all = new ArrayList<>(first.problems(request));
                all.addAll(other.problems(request));
                return all;
            }

            @Override
            public JobDefaults defaults(@Nullable String model) {
                return first.defaults(model);
            }
        };
    }

    /** A check that finds nothing. */
    static RequestCheck none() {
        return request -> List.of();
    }
}
