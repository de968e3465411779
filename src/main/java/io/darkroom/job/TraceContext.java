package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a request belongs to (W3C Trace Context, level 1), handed on with every event of its job as it came: what
 * was asked for stands in one trace with what became of it. A header that is no {@code traceparent} is as if it were not
 * there; nobody's request fails for it.
 *
 * @param parent {@code traceparent}; null where there is none
 * @param state {@code tracestate}; null where there is none
 */
public record TraceContext(@Nullable String parent, @Nullable String state) {
    /** Of no trace. */
    public static final TraceContext NONE = new TraceContext(null, null);

    /** The headers' names. */
    public static final String PARENT = "traceparent";

    public static final String STATE = "tracestate";

    /** Version, trace id, parent id, flags; a later version may have more behind them. */
    private static final Pattern TRACEPARENT = Pattern.compile(
            "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\\x21-\\x7e]*)?");
    /** Longer ones need not be handed on. */
    private static final int LONGEST = 512;

    /** The context in two headers' texts; none where the first is no {@code traceparent}. */
    public static TraceContext of(@Nullable String parent, @Nullable String state) {
        if (parent == null
                || parent.length() > LONGEST
                || !TRACEPARENT.matcher(parent).matches()
                || (parent.startsWith("00-") && parent.length() != 55)) {
            return NONE;
        }
        boolean sound = state != null
                && state.length() <= LONGEST
                && state.chars().allMatch(c -> c >= ' ' && c <= '~')
                && !state.isBlank();
        return new TraceContext(parent, sound ? state : null);
    }

    /** The context of a request's record. */
    public static TraceContext of(IncomingRecord record) {
        return record.headers().isEmpty() ? NONE : of(record.header(PARENT), record.header(STATE));
    }

    /** As headers of a record; empty where there is no trace. */
    public List<IncomingRecord.Header> headers() {
        List<IncomingRecord.Header> headers = new ArrayList<>(2);
        if (parent != null) {
            headers.add(new IncomingRecord.Header(PARENT, Bytes.utf8(parent)));
        }
        if (state != null) {
            headers.add(new IncomingRecord.Header(STATE, Bytes.utf8(state)));
        }
        return headers;
    }
}
