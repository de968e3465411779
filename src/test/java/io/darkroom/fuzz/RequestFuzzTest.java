package io.darkroom.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.engine.ModelCheck;
import io.darkroom.goldens.Goldens;
import io.darkroom.job.Bytes;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.IncomingRecord.Header;
import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Problem;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.darkroom.model.BuiltInModels;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests, their headers and cancellations: mutated, random, hostile. All families are there to be asked for. */
@Tag("chaos")
class RequestFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Limits LIMITS = Limits.DEFAULTS;

    /** What an event may take, and still be far from what the topic takes. */
    private static final int LARGEST_EVENT = 512 << 10;

    private static final int LARGEST_HEADERS = 64 << 10;

    private static final List<String> HEADERS = List.of(
            "ce_id",
            "ce_source",
            "ce_type",
            "ce_specversion",
            "content-type",
            TraceContext.PARENT,
            TraceContext.STATE,
            RequestParser.GENERATION_HEADER,
            "darkroom-dead-reason",
            "\u0000");

    private static final List<String> HEADER_TEXTS = List.of(
            "application/cloudevents+json",
            "application/cloudevents+json; charset=UTF-16",
            "application/cloudevents-batch+json",
            "application/json",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-0000000000000000-00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
            "1",
            "99999999999999999999",
            "-1");

    private static final List<String> GOOD = List.of(
            """
            {"id": "a", "prompt": "a lake", "negative_prompt": "fog", "num_inference_steps": 20, "guidance_scale": 7.5,
             "width": 64, "height": 64, "seed": 42, "num_images_per_prompt": 2, "preview_every": 5}""",
            """
            {"id": "b", "prompt": "a lake", "model": "tiny-sd", "sweep": {"guidance_scale": [1, 3, 7.5], "eta": [0, 1],
             "contact_sheet": true}, "scheduler": {"_class_name": "DPMSolverMultistepScheduler", "use_karras_sigmas": true}}""",
            """
            {"id": "c", "prompt": "a lake", "model": "tiny-sdxl", "image": {"key": "inputs/a.png"}, "strength": 0.5,
             "mask_image": {"key": "inputs/b.png", "bucket": "other"}, "original_size": [64, 64], "target_size": [64, 64],
             "guider": {"_class_name": "AdaptiveProjectedGuidance", "eta": 1.0, "start": 0.1, "stop": 0.9}}""",
            """
            {"id": "d", "model": "tiny-dit", "class_labels": [1, 2, 3], "timesteps": [900, 500, 100], "priority": 9,
             "tenant": "t", "group": "g", "labels": {"a": "b"}, "expires_at": "2030-01-01T00:00:00Z"}""",
            """
            {"id": "e", "prompt": "a lake", "model": "tiny-sd3", "prompt_2": "b", "prompt_3": "c", "sigmas": [1.0, 0.5],
             "max_sequence_length": 77, "true_cfg_scale": 2, "loras": [{"name": "x", "scale": 0.8}], "vae": "v",
             "output": {"prefix": "renders", "format": "webp", "quality": 90, "presign_seconds": 60, "metadata": false}}""",
            """
            {"id": "f", "prompt": "(a:1.2) lake", "model": "tiny-sd2", "image": {"key": "inputs/a.png"}, "clip_skip": 1,
             "prompt_weighting": true, "inversion": {"prompt": "a hill", "num_inference_steps": 10, "guidance_scale": 1.0},
             "control_image": {"key": "c.png"}, "controlnet": "n", "controlnet_conditioning_scale": 0.5}""");

    private final AtomicReference<@Nullable LogRecord> complaint = new AtomicReference<>();
    private final Logger log = Logger.getLogger(ModelCheck.class.getName());
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord line) {
            complaint.set(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private Models models;
    private RequestParser parser;

    @BeforeEach
    void start() {
        models = new Models(
                Goldens.repository().resolve("pipelines"),
                List.of(BuiltInModels.starter()),
                Optional.of("tiny-sd"),
                Long.MAX_VALUE,
                new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
        parser = new RequestParser(LIMITS, new ModelCheck(models, LIMITS));
        log.addHandler(listener);
    }

    @AfterEach
    void stop() {
        log.removeHandler(listener);
        models.close();
    }

    @Test
    void everyRecordGetsADefiniteAnswer() {
        Cases.run(1, seed -> {
            IncomingRecord record = record(Cases.random(seed));

            ParsedRequest parsed = parser.parse(record);

            requireSound(parsed);
            assertThat(parser.parse(record).key()).isEqualTo(parsed.key());
            requireAnswered(parsed, Answers.to(parsed, record));
            assertThat(complaint.get()).as("an error in the log").isNull();
        });
    }

    @Test
    void cancellationsOfAnyFormAreReadOrPassedOver() {
        Cases.run(1, seed -> {
            Random random = Cases.random(seed);
            Bytes key = random.nextInt(10) == 0 ? null : Bytes.utf8(Garble.text(random));
            Bytes value = random.nextInt(10) == 0 ? null : value(random);

            Cancellation read = Cancellation.read(key, value, random.nextLong());

            if (read != null) {
                assertThat(read.target()).isNotEmpty();
                assertThat(read.reason()).isNotBlank().hasSizeLessThan(3000);
            }
        });
    }

    private static void requireSound(ParsedRequest parsed) {
        assertThat(JobKey.isId(parsed.key().id())).as("%s", parsed.key()).isTrue();
        assertThat(parsed.key().generation()).isNotNegative();
        assertThat(parsed.digest()).startsWith("sha256:");
        Failure failure = parsed instanceof ParsedRequest.Invalid invalid
                ? invalid.failure()
                : parsed instanceof ParsedRequest.Unreadable unreadable ? unreadable.failure() : null;
        if (failure != null) {
            assertThat(failure.message()).isNotBlank();
            assertThat(failure.problems()).isNotEmpty();
            for (Problem problem : failure.problems()) {
                assertThat(problem.message()).isNotBlank();
            }
        }
    }

    private static void requireAnswered(ParsedRequest parsed, Answers answers) {
        assertThat(answers.events).hasSize(1);
        TerminalEvent event = answers.events.get(0);
        assertThat(event.data().size()).isLessThan(LARGEST_EVENT);
        // What was written can be read again, and means the same.
        assertThat(TerminalEvent.read(parsed.key(), event.data())).isEqualTo(event);
        assertThat(event.json().path("status").asText()).isEqualTo("failed");
        assertThat(event.json().path("id").asText()).isEqualTo(parsed.key().id());
        assertThat(answers.letters).hasSize(parsed instanceof ParsedRequest.Unreadable ? 1 : 0);
    }

    private static IncomingRecord record(Random random) {
        List<Header> headers = new ArrayList<>();
        int size = 0;
        for (int n = random.nextInt(4); n > 0 && size < LARGEST_HEADERS; n--) {
            Bytes value = header(random);
            size += value == null ? 0 : value.size();
            headers.add(new Header(HEADERS.get(random.nextInt(HEADERS.size())), value));
        }
        Bytes key = random.nextBoolean() ? null : Bytes.of(Garble.bytes(random, 200));
        Source source = new Source(
                "darkroom.requests", random.nextInt(12), random.nextInt(1 << 30), key == null ? null : key.text());
        long timestamp = random.nextInt(10) == 0 ? random.nextLong() : 1_700_000_000_000L;
        return new IncomingRecord(
                source, "topic", timestamp, key, random.nextInt(100) == 0 ? null : value(random), headers);
    }

    private static @Nullable Bytes header(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> Bytes.of(Garble.bytes(random, 50));
            case 2 -> Bytes.utf8(Garble.text(random));
            default -> Bytes.utf8(HEADER_TEXTS.get(random.nextInt(HEADER_TEXTS.size())));
        };
    }

    private static Bytes value(Random random) {
        ObjectNode good = read(GOOD.get(random.nextInt(GOOD.size())));
        return switch (random.nextInt(8)) {
            case 0 -> Bytes.of(Garble.bytes(random, 300));
            case 1 -> json(Garble.any(random, 4).toString());
            case 2 -> Bytes.of(Garble.mutated(good.toString().getBytes(StandardCharsets.UTF_8), random));
            case 3 -> envelope(Garble.mutated(good, random), random);
            case 4 -> json(good.toString());
            default -> json(Garble.mutated(good, random).toString());
        };
    }

    /** A CloudEvent in structured mode, more or less. */
    private static Bytes envelope(ObjectNode data, Random random) {
        ObjectNode event = JSON.createObjectNode()
                .put("specversion", "1.0")
                .put("id", Garble.text(random))
                .put("source", Garble.text(random))
                .put("type", "a");
        if (random.nextBoolean()) {
            event.set("data", data);
        } else {
            byte[] bytes = data.toString().getBytes(StandardCharsets.UTF_8);
            event.put("data_base64", Base64.getEncoder().encodeToString(Garble.mutated(bytes, random)));
        }
        return json((random.nextBoolean() ? event : Garble.mutated(event, random)).toString());
    }

    private static Bytes json(String text) {
        return Bytes.utf8(text);
    }

    private static ObjectNode read(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
