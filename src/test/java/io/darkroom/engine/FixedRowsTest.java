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
import io.darkroom.model.NetworkLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import io.darkroom.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a device whose bits depend on how many rows a call has, as those of CUDA do. */
class FixedRowsTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final int JOBS = 5;

    private final HandDevice device = new HandDevice();

    FixedRowsTest() {
        device.answer = rows -> rows.stream()
                .map(row -> scaled(row, 0.5f + 0.01f * rows.size()))
                .toList();
    }

    private static Tensor scaled(Tensor row, float by) {
        float[] data = row.data().clone();
        for (int i = 0; i < data.length; i++) {
            data[i] *= by;
        }
        return Tensor.of(data, row.shape());
    }

    private static RenderJob job(int number) {
        Bytes json = Bytes.utf8("{\"id\":\"" + number + "\",\"prompt\":\"x\",\"seed\":" + number
                + ",\"num_inference_steps\":" + (2 + number) + ",\"guidance_scale\":" + (number % 2 == 0 ? 1 : 5)
                + ",\"width\":64,\"height\":64}");
        ParsedRequest.Valid valid = (ParsedRequest.Valid)
                PARSER.parse(new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of()));
        return new RenderJob(valid.key(), valid.request(), 1);
    }

    /** The first number of each job's latents, in order of size. */
    private List<Float> results(Path noModels, NetworkLoader loader, boolean together) throws InterruptedException {
        device.calls.clear();
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        device.listener = (kind, rows, nanos) -> meter.called(kind, rows, 1_000_000);
        List<Float> latents = new ArrayList<>();
        device.latents = z -> latents.add(z.data()[0]);
        Models models = TestModels.starter(noModels, loader);
        Engine engine = new Engine(
                "hand",
                models,
                meter,
                new Engine.Settings(JOBS, 16, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw new IllegalStateException("no input pictures here");
                        },
                        Runnable::run,
                        Runnable::run,
                        cause -> {}));
        List<Heard> all = new ArrayList<>();
        if (!together) {
            engine.start();
        }
        for (int i = 0; i < JOBS; i++) {
            Heard heard = new Heard();
            engine.render(job(i), heard);
            all.add(heard);
            if (!together) {
                heard.pictures();
            }
        }
        if (together) {
            engine.start();
            for (Heard heard : all) {
                heard.pictures();
            }
        }
        engine.close();
        return latents.stream().sorted().toList();
    }

    @Test
    void withFixedRowsAJobIsTheSameAloneAndAmongOthers(@TempDir Path noModels) throws InterruptedException {
        NetworkLoader fixed = RowLoader.fixed(device, 4);

        List<Float> alone = results(noModels, fixed, false);
        List<Float> together = results(noModels, fixed, true);

        assertThat(together).isEqualTo(alone);
        assertThat(device.calls).allMatch(rows -> rows.size() == 4);
    }

    @Test
    void withoutThemSuchADeviceMakesAnotherPicture(@TempDir Path noModels) throws InterruptedException {
        List<Float> alone = results(noModels, device, false);
        List<Float> together = results(noModels, device, true);

        assertThat(together).isNotEqualTo(alone);
    }
}
