package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {
    /** Among them the examples of RFC 3339, section 5.8. */
    @ParameterizedTest
    @CsvSource({
        "1985-04-12T23:20:50.52Z, 1985-04-12T23:20:50.520Z",
        "1996-12-19T16:39:57-08:00, 1996-12-20T00:39:57Z",
        "1990-12-31T23:59:60Z, 1991-01-01T00:00:00Z",
        "1990-12-31T15:59:60-08:00, 1991-01-01T00:00:00Z",
        "1937-01-01T12:00:27.87+00:20, 1937-01-01T11:40:27.870Z",
        "2030-07-01T05:29:60.5+05:30, 2030-07-01T00:00:00Z",
        "2030-01-31t12:00:00z, 2030-01-31T12:00:00Z",
        "2030-01-31T12:00:00-00:00, 2030-01-31T12:00:00Z",
        "2030-01-31T00:00:00+23:59, 2030-01-30T00:01:00Z",
        "2030-01-31T12:00:00.1234567899999Z, 2030-01-31T12:00:00.123456789Z",
        "2028-02-29T12:00:00Z, 2028-02-29T12:00:00Z",
        "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59, +10000-01-01T23:58:59Z"
    })
    void aTimeIsAnInstant(String text, Instant expected) {
        assertThat(Rfc3339.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2030-01-31",
                "2030-01-31T12:00Z",
                "2030-01-31T12:00:00",
                "2030-01-31 12:00:00Z",
                "2030-01-31T12:00:00+01",
                "2030-01-31T12:00:00+0100",
                "2030-01-31T12:00:00+01:00:00",
                "2030-01-31T12:00:00+24:00",
                "2030-01-31T12:00:00+01:60",
                "2030-01-31T12:00:00.Z",
                "2030-01-31T12:00:00,5Z",
                "2030-01-31T24:00:00Z",
                "2030-02-29T12:00:00Z",
                "2030-01-31T12:00:60Z",
                "2030-01-30T23:59:60Z",
                "2030-06-30T23:59:60-08:00",
                "2030-06-30T23:59:61Z",
                "+12030-01-31T12:00:00Z",
                "2030-01-31T12:00:00Z[UTC]",
                "2030-01-31T12:00:00Z\n",
                "\u0662030-01-31T12:00:00Z"
            })
    void whatIsNoSuchTimeIsNone(String text) {
        assertThat(Rfc3339.parse(text)).isNull();
    }
}
