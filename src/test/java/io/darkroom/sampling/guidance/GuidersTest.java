package io.darkroom.sampling.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.sampling.SchedulerException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GuidersTest {
    @Test
    void whatIsWrongWithAGuiderIsToldAlsoWhereItIsSwitchedOff() {
        SchedulerException e = refused(Map.of(
                "_class_name", "AdaptiveProjectedGuidance", "enabled", false, "bogus", 1, "start", -1, "eta", "x"));

        assertThat(e.problems())
                .extracting(SchedulerException.Problem::field)
                .containsExactlyInAnyOrder("guider.bogus", "guider.start", "guider.eta");
        assertThat(Guiders.from(Map.of("enabled", false, "start", 0.5))).isEqualTo(NoGuidance.NONE);
    }

    @Test
    void anUnknownParameterIsNamedWithTheNearestKnownOne() {
        SchedulerException e = refused(Map.of("stoop", 1));

        assertThat(e.problems()).singleElement().satisfies(p -> {
            assertThat(p.field()).isEqualTo("guider.stoop");
            assertThat(p.message()).contains("\"stop\"");
        });
    }

    @Test
    void ofThousandsOfUnknownParametersTheFirstAreNamed() {
        SchedulerException e =
                refused(IntStream.range(0, 5000).boxed().collect(Collectors.toMap(i -> "p" + i, Object.class::cast)));

        assertThat(e.problems()).hasSize(21);
        assertThat(e.problems().get(20).message()).startsWith("4980 more keys");
    }

    private static SchedulerException refused(Map<String, Object> guider) {
        return catchThrowableOfType(SchedulerException.class, () -> Guiders.from(guider));
    }
}
