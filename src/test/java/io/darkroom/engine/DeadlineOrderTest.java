package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.noise.TorchCpuGenerator;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadlineOrderTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private static RenderJob job(int seed, String more) {
        Bytes json = Bytes.utf8("{\"id\":\"job-" + seed + "\",\"prompt\":\"x\",\"seed\":" + seed
                + ",\"num_inference_steps\":2,\"guidance_scale\":1,\"width\":64,\"height\":64" + more + "}");
        ParsedRequest.Valid valid = (ParsedRequest.Valid)
                PARSER.parse(new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of()));
        return new RenderJob(valid.key(), valid.request(), 1);
    }

    private static String expires(Duration in) {
        return ",\"expires_at\":\"" + Instant.now().plus(in) + "\"";
    }

    @Test
    void ofJobsThatWaitForADeviceTheEarliestDeadlineIsNextWithinAPriority(@TempDir Path noModels) throws Exception {
        HandDevice device = new HandDevice();
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        device.listener = meter;
        Models models = TestModels.starter(noModels, device);
        Engine engine = new Engine(
                "hand",
                models,
                meter,
                new Engine.Settings(1, 4, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw new IllegalStateException("no input pictures here");
                        },
                        Runnable::run,
                        Runnable::run,
                        cause -> {}));
        List<Heard> all = new ArrayList<>();
        for (RenderJob job : List.of(
                job(1, ""),
                job(2, expires(Duration.ofHours(2))),
                job(3, expires(Duration.ofHours(1))),
                job(4, expires(Duration.ofDays(400_000))),
                job(5, ",\"priority\":9"))) {
            Heard heard = new Heard();
            all.add(heard);
            engine.render(job, heard);
        }

        engine.start();
        for (Heard heard : all) {
            heard.pictures();
        }
        engine.close();

        // Each job's first row is its noise, by which it is known.
        List<Integer> order = new ArrayList<>();
        for (int call = 0; call < device.calls.size(); call += 2) {
            order.add(seedOf(device.calls.get(call).get(0).input().data()[0]));
        }
        assertThat(order).containsExactly(5, 3, 2, 1, 4);
    }

    private static int seedOf(float first) {
        for (int seed = 1; seed <= 5; seed++) {
            if (new TorchCpuGenerator(seed).next(1, 4, 8, 8).data()[0] == first) {
                return seed;
            }
        }
        throw new AssertionError("nobody's noise begins with " + first);
    }
}
