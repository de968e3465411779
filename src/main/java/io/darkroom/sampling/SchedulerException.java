package io.darkroom.sampling;

import java.util.List;
import java.util.stream.Collectors;

/** A scheduler or guider that cannot be made from what was given: every problem found, each with its field. */
public final class SchedulerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whether the value is wrong, or right in diffusers and not to be had here. */
    public enum Kind {
        INVALID,
        UNSUPPORTED
    }

    /**
     * One problem.
     *
     * @param field where it is, e.g. {@code scheduler.beta_schedule}, {@code timesteps} or {@code guider.eta}
     * @param message the value, and what would be accepted
     */
    public record Problem(Kind kind, String field, String message) {}

    private final transient List<Problem> problems;

    /** With at least one problem. */
    public SchedulerException(List<Problem> problems) {
        super(problems.stream().map(p -> p.field() + ": " + p.message()).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /** A single invalid value. */
    public static SchedulerException invalid(String field, String message) {
        return new SchedulerException(List.of(new Problem(Kind.INVALID, field, message)));
    }

    /** Something that diffusers has and Darkroom has not. */
    public static SchedulerException unsupported(String field, String message) {
        return new SchedulerException(List.of(new Problem(Kind.UNSUPPORTED, field, message)));
    }

    /** What is wrong, in the order in which it was found. */
    public List<Problem> problems() {
        return problems;
    }
}
