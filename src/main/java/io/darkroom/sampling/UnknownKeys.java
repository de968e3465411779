package io.darkroom.sampling;

import io.darkroom.sampling.SchedulerException.Kind;
import io.darkroom.sampling.SchedulerException.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Keys that a class has not: the first are named one by one, each with the nearest that there is; of more than these only
 * the number, for a request may hold thousands of them in each picture of a sweep.
 */
public final class UnknownKeys {
    private static final int NAMED = 20;

    private UnknownKeys() {}

    /**
     * A problem for each of the first, and one for all others.
     *
     * @param of the request's field that they are keys of
     * @param unknown in the order given
     * @param what is wrong with them: {@code has no such key}
     * @param known all keys that there are, at least one
     */
    public static List<Problem> problems(String of, List<String> unknown, String what, Collection<String> known) {
        List<Problem> problems = new ArrayList<>();
        String names = String.join(", ", known);
        for (String key : unknown.subList(0, Math.min(unknown.size(), NAMED))) {
            String near = "; did you mean \"" + Nearest.of(key, known) + "\"? There are: " + names;
            problems.add(new Problem(Kind.INVALID, of + "." + Shown.of(key), what + near));
        }
        int more = unknown.size() - NAMED;
        if (more > 0) {
            problems.add(new Problem(Kind.INVALID, of, more + " more keys that are not known; accepted are " + names));
        }
        return problems;
    }
}
