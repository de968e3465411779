package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;

/** Records of a request topic for tests. */
final class Records {
    static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private Records() {}

    static IncomingRecord json(String value, String... headers) {
        return bytes(Bytes.utf8(value), 7, headers);
    }

    static IncomingRecord bytes(Bytes value, long offset, String... headers) {
        List<IncomingRecord.Header> list = new ArrayList<>();
        for (int i = 0; i < headers.length; i += 2) {
            list.add(new IncomingRecord.Header(headers[i], Bytes.utf8(headers[i + 1])));
        }
        Source source = new Source("darkroom.requests", 3, offset, "a-key");
        return new IncomingRecord(source, "topic-id", 1_700_000_000_000L, Bytes.utf8("a-key"), value, list);
    }

    /** The request that is read from a value without problems. */
    static RenderRequest valid(String value, String... headers) {
        ParsedRequest parsed = PARSER.parse(json(value, headers));
        if (parsed instanceof ParsedRequest.Valid valid) {
            return valid.request();
        }
        throw new AssertionError("not valid: " + parsed);
    }

    /** The failure of a value that is JSON but no good request. */
    static Failure invalid(String value, String... headers) {
        ParsedRequest parsed = PARSER.parse(json(value, headers));
        if (parsed instanceof ParsedRequest.Invalid invalid) {
            return invalid.failure();
        }
        throw new AssertionError("not invalid: " + parsed);
    }
}
