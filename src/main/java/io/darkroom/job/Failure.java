package io.darkroom.job;

import java.util.List;

/**
 * Why a job failed: a fault of the request, never of the surroundings.
 *
 * @param message one line for people
 * @param problems every single problem with its field; empty where none can be named
 */
public record Failure(Code code, String message, List<Problem> problems) {
    public Failure {
        message = Quote.paragraph(message);
        problems = List.copyOf(problems);
    }

    /** A failure without problems of single fields. */
    public Failure(Code code, String message) {
        this(code, message, List.of());
    }

    /** The classes of failure; the wire's name is the constant's in lower case. */
    public enum Code {
        INVALID_REQUEST,
        UNKNOWN_MODEL,
        /** This model, or this release, cannot do that. */
        UNSUPPORTED,
        INPUT_NOT_FOUND,
        INPUT_UNREADABLE,
        TOO_LARGE,
        EXPIRED,
        OUT_OF_MEMORY,
        NON_FINITE_OUTPUT,
        /** The job's own bucket or prefix is refused; a store that is down is no failure of a job. */
        STORAGE_UNAVAILABLE,
        ATTEMPTS_EXHAUSTED,
        INTERNAL;

        /** The name in events. */
        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * The failure that reports some problems at once: its code is theirs where they agree, else {@code invalid_request}.
     *
     * @param problems at least one
     */
    public static Failure of(List<Problem> problems) {
        Code first = problems.get(0).code();
        Code code = problems.stream().allMatch(p -> p.code() == first) ? first : Code.INVALID_REQUEST;
        String message = problems.get(0).field() + ": " + problems.get(0).message();
        int more = problems.size() - 1;
        return new Failure(code, more == 0 ? message : message + " (and " + more + " more)", problems);
    }
}
