package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Problem;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacesTest {
    @Test
    void nothingIsWrittenOutsideOfTheRoots() {
        Places places = places(Map.of("darkroom.storage.output-prefixes", "team-a,renders/b/"));

        assertThat(problems(places, "team-a")).isEmpty();
        assertThat(problems(places, "team-a/x")).isEmpty();
        assertThat(problems(places, "renders/b/x")).isEmpty();
        assertThat(problems(places, "team-ab")).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo("output.prefix");
            assertThat(problem.message())
                    .isEqualTo(
                            "expected one in renders/b/, team-a (darkroom.storage.output-prefixes), got \"team-ab\"");
        });
        assertThat(problems(places, "renders")).hasSize(1);
        assertThat(problems(places, "team-a/../x")).isNotEmpty();
    }

    @Test
    void withoutRootsEverythingButTheWorkersOwnMayBeWritten() {
        Places places = places(Map.of());

        assertThat(problems(places, "anything/x")).isEmpty();
        assertThat(problems(places, ".darkroom/jobs")).isNotEmpty();
    }

    @Test
    void picturesAreReadFromAllowedBucketsAndPrefixesOnly() {
        Places places =
                places(Map.of("darkroom.storage.input-buckets", "photos", "darkroom.storage.input-prefixes", "inputs"));

        assertThat(places.refusal("image", "darkroom", "inputs/a.png")).isEmpty();
        assertThat(places.refusal("image", "photos", "inputs/a.png")).isEmpty();
        assertThat(places.refusal("image", "others", "inputs/a.png"))
                .hasValueSatisfying(p -> assertThat(p.field()).isEqualTo("image.bucket"));
        assertThat(places.refusal("image", "darkroom", "inputs2/a.png")).hasValueSatisfying(p -> {
            assertThat(p.field()).isEqualTo("image.key");
            assertThat(p.code()).isEqualTo(Failure.Code.INPUT_NOT_FOUND);
        });
    }

    @Test
    void allThatARequestMayNotReadIsToldAtOnce() {
        Places places = places(
                Map.of("darkroom.storage.input-prefixes", "inputs", "darkroom.storage.output-prefixes", "renders"));

        assertThat(found(
                        places,
                        "{\"id\":\"a\",\"output\":{\"prefix\":\"other\"},\"image\":{\"key\":\"secret/a.png\"},"
                                + "\"mask_image\":{\"key\":\"inputs/m.png\"},"
                                + "\"control_image\":{\"key\":\"inputs/c.png\",\"bucket\":\"theirs\"}}"))
                .extracting(Problem::field)
                .containsExactly("output.prefix", "image.key", "control_image.bucket");
    }

    private static Places places(Map<String, String> settings) {
        return new Places(new SmallRyeConfigBuilder()
                .withDefaultValues(settings)
                .addDiscoveredConverters()
                .withMapping(DarkroomConfig.class)
                .build()
                .getConfigMapping(DarkroomConfig.class)
                .storage());
    }

    private static List<Problem> problems(Places places, String prefix) {
        return found(places, "{\"id\":\"a\",\"output\":{\"prefix\":\"" + prefix + "\"}}");
    }

    private static List<Problem> found(Places places, String json) {
        ParsedRequest parsed = new RequestParser(Limits.DEFAULTS, places)
                .parse(new IncomingRecord(
                        new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8(json), List.of()));
        return parsed instanceof ParsedRequest.Invalid invalid
                ? invalid.failure().problems()
                : List.of();
    }
}
