package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.goldens.Goldens;
import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.CallListener;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs of all families together, on small models: each picture is what it is alone, to the last bit. */
class FamilyMixTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final List<String> UNETS = List.of("tiny-sd", "tiny-sd2", "tiny-sdxl", "tiny-sd-legacy", "tiny-lcm");
    private static final List<String> TRANSFORMERS = List.of("tiny-sd3", "tiny-flux", "tiny-dit");
    private static final int JOBS_EACH = 3;

    private final CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
    /** Says of each call that it took as long as any other, so that all rows that fit share one. */
    private final CallListener alike = (kind, rows, nanos) -> meter.called(kind, rows, 1_000_000);

    private final FaultyDevice device = new FaultyDevice(new OnnxLoader(new Device.Cpu(), alike), Integer.MAX_VALUE);
    private final ExecutorService beside = Executors.newFixedThreadPool(2);
    private final Engine engine;

    FamilyMixTest() {
        Models models = TestModels.starter(Goldens.repository().resolve("pipelines"), device);
        engine = new Engine(
                "mix",
                models,
                meter,
                new Engine.Settings(100, 64, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw new IllegalStateException("no input pictures here");
                        },
                        beside,
                        beside,
                        cause -> {}));
        engine.start();
    }

    @AfterEach
    void close() {
        engine.close();
        beside.shutdown();
    }

    private static String fields(String model, Random random) {
        String common = "\"model\":\"" + model + "\",\"seed\":" + random.nextInt(1000) + ",\"num_inference_steps\":"
                + (2 + random.nextInt(5));
        if (model.equals("tiny-dit")) {
            return common + ",\"class_labels\":[" + random.nextInt(10) + "],\"guidance_scale\":"
                    + (random.nextBoolean() ? 1 : 4);
        }
        String negative = Set.of("tiny-flux", "tiny-lcm").contains(model) ? "" : ",\"negative_prompt\":\"blurry\"";
        return common + ",\"prompt\":\"a photo of " + random.nextInt(3) + " cats\",\"width\":64,\"height\":64"
                + ",\"guidance_scale\":" + (random.nextBoolean() ? 1 : 5) + negative;
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

    private Map<String, String> jobs() {
        Random random = new Random(11);
        Map<String, String> jobs = new LinkedHashMap<>();
        List<String> models = new ArrayList<>(UNETS);
        models.addAll(TRANSFORMERS);
        for (String model : models) {
            for (int i = 0; i < JOBS_EACH; i++) {
                jobs.put(model + "-" + i, fields(model, random));
            }
        }
        return jobs;
    }

    @Test
    void aPictureOfAnyFamilyIsTheSameAloneAndAmongOthersToTheLastBit() throws InterruptedException {
        Map<String, String> jobs = jobs();
        for (Map.Entry<String, String> one : jobs.entrySet()) {
            Heard heard = new Heard();
            engine.render(job(one.getKey(), one.getValue()), heard);
            heard.pictures();
        }
        Set<List<Integer>> alone = Set.copyOf(device.decoded);
        device.decoded.clear();
        int largestAlone = device.largest.getAndSet(0);

        List<Heard> all = new ArrayList<>();
        for (Map.Entry<String, String> one : jobs.entrySet()) {
            Heard heard = new Heard();
            engine.render(job(one.getKey(), one.getValue()), heard);
            all.add(heard);
        }
        for (Heard heard : all) {
            heard.pictures();
        }

        assertThat(alone).as("different pictures").hasSize(jobs.size());
        assertThat(device.decoded).as("latents and pixels").isEqualTo(alone);
        assertThat(largestAlone).as("rows of the largest call, alone").isEqualTo(2);
        assertThat(device.largest.get())
                .as("rows of the largest call, together")
                .isGreaterThan(4);
    }
}
