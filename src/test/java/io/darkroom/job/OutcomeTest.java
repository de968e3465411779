package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OutcomeTest {
    private static final Source SOURCE = new Source("darkroom.requests", 3, 1207, "3f0c");
    private static final Outcome.Context CONTEXT =
            new Outcome.Context(new JobKey("3f0c", 0), 1, "darkroom-7d9f", SOURCE, Map.of());
    private static final Output OUTPUT = new Output(
            new ObjectStore.Location("darkroom", "renders/3f0c/0.png"),
            "image/png",
            512,
            512,
            402113,
            "ab12",
            42L,
            Map.of());

    private static Outcome.Completed completed(Output output) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("prompt", "a lake");
        parameters.put("guidance_scale", 7.5);
        parameters.put("eta", 0.0);
        parameters.put("timesteps", null);
        Rendered rendered = new Rendered(
                "starter",
                "sha256:00",
                List.of(),
                parameters,
                Map.of(),
                List.of(new Rendered.Warning("prompt", "cut after 75 tokens: \"…\"")),
                Map.of(),
                1043.2);
        Map<String, Long> timings = new LinkedHashMap<>();
        timings.put("queued", 12L);
        timings.put("total", 2230L);
        return new Outcome.Completed(CONTEXT, rendered, List.of(output), timings, 0);
    }

    @Test
    void aCompletedJobIsToldInTheContractsWordsAndOrder() {
        String data = completed(OUTPUT).event().data().text();

        assertThat(data)
                .isEqualTo(
                        "{\"id\":\"3f0c\",\"status\":\"completed\",\"model\":\"starter\",\"model_digest\":\"sha256:00\","
                                + "\"outputs\":[{\"bucket\":\"darkroom\",\"key\":\"renders/3f0c/0.png\","
                                + "\"media_type\":\"image/png\",\"width\":512,\"height\":512,\"bytes\":402113,"
                                + "\"sha256\":\"ab12\",\"seed\":42}],"
                                + "\"parameters\":{\"prompt\":\"a lake\",\"guidance_scale\":7.5,\"eta\":0.0,\"timesteps\":null},"
                                + "\"timings_ms\":{\"queued\":12,\"total\":2230},"
                                + "\"warnings\":[{\"field\":\"prompt\",\"message\":\"cut after 75 tokens: \\\"…\\\"\"}],"
                                + "\"measurements\":{},\"device_ms\":1043.2,\"device_ms_lost\":0,\"attempt\":1,"
                                + "\"worker\":\"darkroom-7d9f\",\"source\":{\"topic\":\"darkroom.requests\",\"partition\":3,"
                                + "\"offset\":1207,\"key\":\"3f0c\"},\"labels\":{}}");
    }

    @Test
    void anEventThatNoTopicWouldTakeLeavesItsParametersOut() {
        Rendered rendered = new Rendered(
                "starter",
                "sha256:00",
                List.of(),
                Map.of("prompt", "\u0001".repeat(200_000)),
                Map.of(),
                List.of(),
                Map.of(),
                1);

        TerminalEvent event = new Outcome.Completed(CONTEXT, rendered, List.of(OUTPUT), Map.of(), 0).event();

        assertThat(event.data().size()).isLessThan(1_000);
        assertThat(event.json().path("parameters").path("omitted").asText())
                .matches("the event would have 12\\d+ bytes");
        assertThat(event.json().path("outputs")).hasSize(1);
    }

    @Test
    void aFailureNamesItsCodeAndEveryProblem() {
        Failure failure = Failure.of(List.of(new Problem("seed", "negative"), new Problem("width", "odd")));

        String data =
                new Outcome.Failed(CONTEXT, failure, List.of()).event().data().text();

        assertThat(data)
                .isEqualTo("{\"id\":\"3f0c\",\"status\":\"failed\",\"error\":{\"code\":\"invalid_request\","
                        + "\"message\":\"seed: negative (and 1 more)\",\"problems\":[{\"field\":\"seed\","
                        + "\"message\":\"negative\"},{\"field\":\"width\",\"message\":\"odd\"}]},\"outputs\":[],"
                        + "\"attempt\":1,\"worker\":\"darkroom-7d9f\",\"source\":{\"topic\":\"darkroom.requests\","
                        + "\"partition\":3,\"offset\":1207,\"key\":\"3f0c\"},\"labels\":{}}");
    }

    @Test
    void aCancellationNamesItsReasonAndWhatWasStored() {
        String data = new Outcome.Canceled(CONTEXT, "no longer", List.of(OUTPUT))
                .event()
                .data()
                .text();

        assertThat(data)
                .startsWith(
                        "{\"id\":\"3f0c\",\"status\":\"canceled\",\"reason\":\"no longer\",\"outputs\":[{\"bucket\"");
    }

    @Test
    void aStoredOutcomeIsReadBackToTheSameEvent() {
        TerminalEvent event = completed(OUTPUT).event();

        TerminalEvent read =
                TerminalEvent.read(event.key(), Bytes.utf8(event.data().text()));

        assertThat(read).isEqualTo(event);
    }

    @Test
    void whatALaterReleaseAddedIsAnnouncedAsItIsStored() {
        Bytes stored = Bytes.utf8("{\"id\":\"3f0c\",\"status\":\"failed\",\"error\":{\"code\":\"a_new_code\"},"
                + "\"outputs\":[{\"bucket\":\"b\",\"key\":\"k\",\"score\":1.50}],\"added\":12345678901234567890}");

        TerminalEvent read = TerminalEvent.read(new JobKey("3f0c", 0), stored);

        assertThat(read).isNotNull();
        assertThat(read == null ? null : read.data()).isEqualTo(stored);
        assertThat(
                        read == null
                                ? ""
                                : read.withUrls(at -> "http://x/" + at.key())
                                        .data()
                                        .text())
                .isEqualTo("{\"id\":\"3f0c\",\"status\":\"failed\",\"error\":{\"code\":\"a_new_code\"},"
                        + "\"outputs\":[{\"bucket\":\"b\",\"key\":\"k\",\"score\":1.50,\"url\":\"http://x/k\"}],"
                        + "\"added\":12345678901234567890}");
    }

    @Test
    void whatIsNoOutcomeOfTheJobIsNotRead() {
        JobKey key = new JobKey("3f0c", 0);

        assertThat(TerminalEvent.read(key, Bytes.utf8("half a {"))).isNull();
        assertThat(TerminalEvent.read(key, Bytes.utf8("[]"))).isNull();
        assertThat(TerminalEvent.read(key, Bytes.utf8("{\"id\":\"3f0c\",\"status\":\"started\"}")))
                .isNull();
        assertThat(TerminalEvent.read(key, Bytes.utf8("{\"id\":\"other\",\"status\":\"failed\"}")))
                .isNull();
    }

    @Test
    void everyOutputOfASweepNamesItsOwnValues() {
        Output swept = new Output(OUTPUT.at(), "image/png", 1, 1, 1, "ab", 1L, Map.of("guidance_scale", 7.5));

        assertThat(completed(swept)
                        .event()
                        .json()
                        .path("outputs")
                        .path(0)
                        .path("sweep")
                        .toString())
                .isEqualTo("{\"guidance_scale\":7.5}");
    }

    @Test
    void aContactSheetStandsBesideTheOutputsAndHasAUrlToo() {
        Output sheet = new Output(
                new ObjectStore.Location("darkroom", "renders/3f0c/contact_sheet.png"),
                "image/png",
                900,
                300,
                77,
                "cd",
                null,
                Map.of());
        TerminalEvent event = new Outcome.Canceled(CONTEXT, "enough", List.of(OUTPUT, sheet)).event();

        assertThat(event.json().path("outputs")).hasSize(1);
        assertThat(event.json().path("contact_sheet").toString())
                .isEqualTo("{\"bucket\":\"darkroom\",\"key\":\"renders/3f0c/contact_sheet.png\","
                        + "\"media_type\":\"image/png\",\"width\":900,\"height\":300,\"bytes\":77,\"sha256\":\"cd\"}");
        assertThat(event.outputs()).containsExactly(OUTPUT.at(), sheet.at());
        assertThat(event.withUrls(at -> "http://" + at.key())
                        .json()
                        .path("contact_sheet")
                        .path("url")
                        .asText())
                .isEqualTo("http://renders/3f0c/contact_sheet.png");
    }

    @Test
    void theEventsIdFollowsFromIdAndGenerationAndTypesHaveTheContractsNames() {
        assertThat(new JobKey("a", 0).eventId()).isNotEqualTo(new JobKey("a", 1).eventId());
        assertThat(EventType.COMPLETED.ceType()).isEqualTo("io.darkroom.render.completed.v1");
        assertThat(EventType.PROGRESS.ceType()).isEqualTo("io.darkroom.render.progress.v1");
    }

    @Test
    void startedAndProgressHaveTheContractsFields() {
        JobKey key = new JobKey("a", 0);
        Renderer.Preview preview = new Renderer.Preview("image/jpeg", Bytes.utf8("x"));

        String started = new StartedEvent(key, "starter", 20, 1, "w", Map.of("k", "v"), TraceContext.NONE)
                .data()
                .text();
        String progress = new ProgressEvent(
                        key, new Renderer.Step("denoise", 3, 20, 500, 1.5, preview), true, Map.of(), TraceContext.NONE)
                .data()
                .text();

        assertThat(started)
                .isEqualTo("{\"id\":\"a\",\"model\":\"starter\",\"steps\":20,\"attempt\":1,\"worker\":\"w\","
                        + "\"labels\":{\"k\":\"v\"}}");
        assertThat(progress)
                .isEqualTo("{\"id\":\"a\",\"phase\":\"denoise\",\"step\":3,\"steps\":20,\"eta_ms\":500,"
                        + "\"preview\":{\"media_type\":\"image/jpeg\",\"base64\":\"eA==\"},\"labels\":{}}");
    }
}
