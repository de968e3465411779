package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.CallListener;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random mixes of jobs on the starter model, some stopped, with a device that runs out of memory: every job ends exactly
 * once and its picture is what it is alone, to the last bit.
 */
class EngineMixTest {
    private static final int MIXES = 6;
    private static final int JOBS = 14;
    private static final int TOO_WIDE = 16;
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final List<String> SAMPLERS = List.of("ddim", "euler", "euler_ancestral", "dpmpp_2m", "heun", "lcm");

    private final Path noModels;
    private final CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
    /** Says of each call that it took as long as any other: so many rows pay, however busy this machine is. */
    private final CallListener alike = (kind, rows, nanos) -> meter.called(kind, rows, 1_000_000);

    private final FaultyDevice device = new FaultyDevice(new OnnxLoader(new Device.Cpu(), alike), TOO_WIDE);
    private final ExecutorService beside = Executors.newFixedThreadPool(2);
    private final Engine engine;

    EngineMixTest(@TempDir Path noModels) {
        this.noModels = noModels;
        Models models = TestModels.starter(this.noModels, device);
        engine = new Engine(
                "mix",
                models,
                meter,
                new Engine.Settings(JOBS, 32, false),
                new Engine.Helpers((field, at) -> picture(), beside, beside, cause -> {}));
        engine.start();
    }

    @AfterEach
    void close() {
        engine.close();
        beside.shutdown();
    }

    private static InputImage picture() {
        byte[] rgb = new byte[3 * 64 * 64];
        new Random(5).nextBytes(rgb);
        return new InputImage(rgb, 64, 64);
    }

    private static RenderJob job(String id, String fields) {
        IncomingRecord record = new IncomingRecord(
                new Source("requests", 0, 0, null),
                "t",
                0,
                null,
                Bytes.utf8("{\"id\":\"" + id + "\"," + fields + "}"),
                List.of());
        if (PARSER.parse(record) instanceof ParsedRequest.Valid valid) {
            return new RenderJob(valid.key(), valid.request(), 1);
        }
        throw new AssertionError(PARSER.parse(record));
    }

    /** A job of any kind that the starter does. */
    private static String fields(Random random) {
        boolean fromPicture = random.nextInt(4) == 0;
        int steps = 1 + random.nextInt(5);
        return "\"prompt\":\"prompt " + random.nextInt(4) + "\",\"seed\":" + random.nextInt(1000)
                + ",\"num_inference_steps\":" + (fromPicture ? steps + 1 : steps)
                + ",\"guidance_scale\":" + (random.nextBoolean() ? 1 : 2 + random.nextInt(8))
                + ",\"scheduler\":\"" + SAMPLERS.get(random.nextInt(SAMPLERS.size())) + "\""
                + ",\"priority\":" + random.nextInt(10)
                + ",\"num_images_per_prompt\":" + (1 + random.nextInt(2))
                + ",\"height\":64,\"width\":" + (random.nextInt(3) == 0 ? 96 : 64)
                + (fromPicture ? ",\"image\":{\"key\":\"in.png\"},\"strength\":0.8" : "");
    }

    @Test
    void aJobGivesTheSamePictureAloneAndInAnyMixAndEndsExactlyOnce() throws InterruptedException {
        for (long seed = 1; seed <= MIXES; seed++) {
            check(seed);
        }
        engine.close();

        assertThat(device.faults.get()).as("faults").isGreaterThan(MIXES);
        assertThat(device.largest.get()).as("rows of the largest call").isGreaterThan(4);
        assertThat(device.open.get()).as("models that are still open").isZero();
        assertThat(OnnxLoader.openTensors()).as("native tensors").isZero();
    }

    private void check(long seed) throws InterruptedException {
        Random random = new Random(seed);
        Map<String, String> jobs = new LinkedHashMap<>();
        for (int i = 0; i < JOBS; i++) {
            jobs.put("mix" + seed + "-" + i, fields(random));
        }
        device.faults(0, 0);
        Map<String, List<String>> alone = new LinkedHashMap<>();
        for (Map.Entry<String, String> one : jobs.entrySet()) {
            Heard heard = new Heard();
            engine.render(job(one.getKey(), one.getValue()), heard);
            alone.put(one.getKey(), digests(heard.pictures()));
        }
        Set<List<Integer>> decodedAlone = new HashSet<>(device.decoded);
        device.decoded.clear();

        device.faults(0.15, seed);
        Map<String, Heard> mixed = new LinkedHashMap<>();
        List<String> stopped = new ArrayList<>();
        Heard wide = new Heard();
        for (Map.Entry<String, String> one : jobs.entrySet()) {
            Heard heard = new Heard();
            mixed.put(one.getKey(), heard);
            engine.render(job(one.getKey(), one.getValue()), heard);
            if (random.nextInt(4) == 0) {
                // Cancelled or expired: to the engine both are a stop, of this job or of one before.
                String which = List.copyOf(mixed.keySet()).get(random.nextInt(mixed.size()));
                stopped.add(which);
                engine.stop(job(which, "\"prompt\":\"x\"").key());
            }
        }
        engine.render(
                job("wide" + seed, "\"prompt\":\"x\",\"num_inference_steps\":2,\"width\":128,\"height\":64"), wide);

        assertThat(wide.end()).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.code()).isEqualTo(Failure.Code.OUT_OF_MEMORY);
            assertThat(failure.message()).contains("row");
        });
        for (Map.Entry<String, Heard> one : mixed.entrySet()) {
            if (!stopped.contains(one.getKey())) {
                assertThat(digests(one.getValue().pictures()))
                        .as("seed %d, %s: %s", seed, one.getKey(), jobs.get(one.getKey()))
                        .isEqualTo(alone.get(one.getKey()));
            }
        }
        for (Map.Entry<String, Heard> one : mixed.entrySet()) {
            if (stopped.contains(one.getKey()) && one.getValue().ended()) {
                one.getValue().end(); // it was faster than the stop
            }
            assertThat(one.getValue().ended())
                    .as("%s has ended again", one.getKey())
                    .isFalse();
        }
        assertThat(decodedAlone)
                .as("seed %d: latents and pixels, to the last bit", seed)
                .containsAll(device.decoded);
        device.decoded.clear();
    }

    private static List<String> digests(Rendered rendered) {
        return rendered.pictures().stream().map(p -> p.content().sha256()).toList();
    }
}
