package io.darkroom.pipeline;

import java.util.List;
import java.util.stream.Collectors;

/** The arguments do not fit the model: a fault of the request. Holds every problem at once. */
public class ArgumentsException extends RuntimeException {
    private final transient List<Problem> problems;
    private final boolean unsupported;

    /**
     * @param problems all of them
     * @param unsupported whether the request is sound, but asks for something that this model or worker cannot do
     */
    public ArgumentsException(List<Problem> problems, boolean unsupported) {
        super(problems.stream().map(p -> p.field() + ": " + p.message()).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
        this.unsupported = unsupported;
    }

    /** Every problem, in the order of the fields. */
    public List<Problem> problems() {
        return problems;
    }

    /** Whether the error's code is {@code unsupported}; otherwise it is {@code invalid_request}. */
    public boolean unsupported() {
        return unsupported;
    }
}
