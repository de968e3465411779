package io.darkroom.job;

import io.darkroom.job.ObjectStore.Location;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose the objects of a job's folder are. They outlive the job record that tells of their request, so each names it
 * itself. One that does not (an earlier release's, or a store's that keeps no metadata) is taken for the job's own.
 */
final class Ownership {
    private Ownership() {}

    /**
     * Whether an object was made for a request with another content.
     *
     * @param request the digest that is stored with it; null where there is none
     */
    static boolean anothers(Assignment a, @Nullable String request) {
        return request != null && !request.equals(a.request().digest());
    }

    /** How a job ends whose place is taken: what is there cannot be its picture, and is not replaced. */
    static Ending taken(Assignment a, Location at) {
        String message = Quote.of(a.key().id()) + " is taken: " + at.key() + " in bucket " + at.bucket()
                + " belongs to an earlier request with this id and another content, whose job record is gone; expected"
                + " another id, or that this one had come with another output.prefix or after the object's removal";
        return new Ending.Fail(Failure.of(List.of(new Problem("id", message))));
    }
}
