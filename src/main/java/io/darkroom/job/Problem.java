package io.darkroom.job;

/**
 * One thing that is wrong with a request.
 *
 * @param field the field's path, as {@code output.quality} or {@code loras[1].name}
 * @param message the value (shortened) and what would be accepted; cut where it is longer than an event should carry
 * @param code what the failure is called if all its problems are of this kind
 */
public record Problem(String field, String message, Failure.Code code) {
    public Problem {
        field = Quote.carried(field);
        message = Quote.paragraph(message);
    }

    /** A problem of the request itself. */
    public Problem(String field, String message) {
        this(field, message, Failure.Code.INVALID_REQUEST);
    }
}
