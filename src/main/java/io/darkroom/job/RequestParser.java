package io.darkroom.job;

/** Records to requests. */
@SuppressWarnings("DoNotCallSuggester")
public final class RequestParser {
    private final Limits limits;
    private final RequestCheck check;

    public RequestParser(Limits limits, RequestCheck check) {
        this.limits = limits;
        this.check = check;
    }

    /** What a record turns out to be; never throws, whatever it holds. */
    public ParsedRequest parse(IncomingRecord record) {
        throw new UnsupportedOperationException("to come: " + limits + check + record);
    }
}
