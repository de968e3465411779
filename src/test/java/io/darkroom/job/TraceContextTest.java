package io.darkroom.job;

import static io.darkroom.job.Records.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void theRequestsTraceIsHandedOnAsItCame() {
        TraceContext trace = TraceContext.of(json("{}", "traceparent", PARENT, "tracestate", "vendor=a,other=b"));

        assertThat(trace.headers())
                .containsExactly(
                        new IncomingRecord.Header("traceparent", Bytes.utf8(PARENT)),
                        new IncomingRecord.Header("tracestate", Bytes.utf8("vendor=a,other=b")));
    }

    @Test
    void aRequestWithoutTraceHasNone() {
        assertThat(TraceContext.of(json("{}"))).isEqualTo(TraceContext.NONE);
        assertThat(TraceContext.of(json("{}", "tracestate", "vendor=a"))).isEqualTo(TraceContext.NONE);
        assertThat(TraceContext.NONE.headers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y"
            })
    void whatIsNoTraceparentIsAsIfItWereNotThere(String parent) {
        assertThat(TraceContext.of(parent, "vendor=a")).isEqualTo(TraceContext.NONE);
    }

    @Test
    void aLaterVersionMayHaveMore() {
        String later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more";

        assertThat(TraceContext.of(later, null).parent()).isEqualTo(later);
    }

    @Test
    void aStateThatCannotBeHandedOnIsLeftOut() {
        for (String state : List.of("a=\n", "x".repeat(600), " ")) {
            assertThat(TraceContext.of(PARENT, state)).isEqualTo(new TraceContext(PARENT, null));
        }
    }
}
