package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.engine.ModelCheck;
import io.darkroom.job.Assignment;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.Outcome;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.BuiltInModels;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import io.darkroom.telemetry.JobFigures;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobJournalTest {
    private static final String FORGED = "enough\r\n12:00:00 INFO  b completed\u2028in no time\u001b[2K";

    private final LogLines log = new LogLines("io.darkroom.jobs");
    private final Models models = new Models(
            Path.of("none"),
            List.of(BuiltInModels.starter()),
            Optional.empty(),
            Long.MAX_VALUE,
            new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
            new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    private final RequestParser parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
    private final JobJournal journal = new JobJournal(
            new JobFigures(new SimpleMeterRegistry(), Clock.systemUTC(), 8, Optional.empty()),
            new TerminalBar(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false));

    @AfterEach
    void stop() {
        log.close();
        models.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"id": "a", "prompt": "x", "prompt_2": "a heron"}                 | unsupported: prompt_2
                    {"id": "a", "prompt": "x", "sweep": {"prompt": "a heron"}}        | invalid_request: sweep.prompt
                    {"id": "a", "prompt": "x", "inversion": "a heron"}                | invalid_request: inversion
                    {"id": "a", "prompt": "a heron \\ud800"}                          | invalid_request: prompt
                    {"id": "a", "prompt": "x", "model": "a heron"}                    | unknown_model: model
                    {"id": "a", "prompt": "x", "a heron": "a heron", "width": 3}      | invalid_request: (another name), width
                    {"prompt": heron}                                                 | invalid_request: (request)
                    """)
    void ofWhatIsWrongWithARequestTheFieldsAreLoggedAndNotItsWords(String json, String told) {
        settle(json);

        assertThat(log.atLeast(Level.INFO))
                .singleElement()
                .asString()
                .endsWith(" failed, " + told)
                .doesNotContain("heron");
        assertThat(log.atLeast(Level.ALL))
                .as("at DEBUG the message too")
                .hasSize(2)
                .element(1)
                .asString()
                .contains("heron");
    }

    @Test
    void ofManyFieldsTheFirstAreLogged() {
        settle(
                """
                {"id": "a", "prompt": 1, "seed": "x", "width": "x", "height": "x", "eta": "x", "clip_skip": "x", "labels": 3}
                """);

        assertThat(log.atLeast(Level.INFO)).singleElement().asString().endsWith(" and 2 more");
    }

    @Test
    void whatIsWrongWithADeviceIsLogged() {
        Failure failure = new Failure(Failure.Code.INTERNAL, "the device: error 700");
        Assignment assignment = assignment("{\"id\": \"a\", \"prompt\": \"x\"}");

        journal.settled(assignment, new Outcome.Failed(context(assignment), failure, List.of()).event(), 0);

        assertThat(log.atLeast(Level.INFO)).containsExactly("a failed, internal: the device: error 700");
    }

    @Test
    void textOfOthersMakesNoLineOfItsOwn() {
        Failure failure = new Failure(Failure.Code.STORAGE_UNAVAILABLE, FORGED);
        Assignment assignment = assignment("{\"id\": \"a\", \"prompt\": \"x\"}");

        journal.settled(assignment, new Outcome.Canceled(context(assignment), FORGED, List.of()).event(), 0);
        journal.settled(assignment, new Outcome.Failed(context(assignment), failure, List.of()).event(), 0);
        journal.faulted(assignment, "Announce", FORGED);

        assertThat(log.atLeast(Level.ALL))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).contains("enough").doesNotContainPattern("[\\p{Cntrl}\u2028]"));
    }

    private void settle(String json) {
        Assignment assignment = assignment(json);
        Failure failure = assignment.request() instanceof ParsedRequest.Invalid invalid
                ? invalid.failure()
                : ((ParsedRequest.Unreadable) assignment.request()).failure();
        journal.settled(assignment, new Outcome.Failed(context(assignment), failure, List.of()).event(), 0);
    }

    private Assignment assignment(String json) {
        IncomingRecord record =
                new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8(json), List.of());
        return new Assignment(
                parser.parse(record), record, "w1", "process/1", "darkroom", 3, Limits.DEFAULTS, Instant.EPOCH);
    }

    private static Outcome.Context context(Assignment assignment) {
        JobKey key = assignment.key();
        return new Outcome.Context(key, 1, "w1", assignment.record().source(), Map.of());
    }
}
