package io.darkroom.replay;

import io.darkroom.job.DeadLetter;
import io.darkroom.job.JobKey;
import io.darkroom.job.Source;
import org.jspecify.annotations.Nullable;

/**
 * A job that has ended and may be done once more.
 *
 * @param source where its request stands
 * @param how it ended, for people: {@code failed, internal} or the reason of a dead letter
 * @param letter the request as a dead letter holds it; where it holds none, it is read at its source
 * @param byId whether it was chosen by its id, and not for how it ended
 */
record EndedJob(JobKey job, Source source, String how, @Nullable StoredRequest letter, boolean byId) {
    /** Whether it is a request with the id of another, which is not the job of that name. */
    boolean isAnothers() {
        return how.equals(DeadLetter.Reason.ID_CONFLICT.wireName());
    }
}
