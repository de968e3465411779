package io.darkroom.crash;

import java.util.Collection;

/** Is told by the proxies of every effect that comes by. */
public interface Witness {
    /**
     * Some jobs come to a point.
     *
     * @return whether the worker was killed for it, by now; then nothing more is to be passed on
     */
    boolean springs(Effect effect, KillPoint.Moment moment, Collection<String> jobs);

    /**
     * A worker was given an object of a job's record that was there.
     *
     * @param object its key below the job's folder
     */
    default void read(String job, String object) {}
}
