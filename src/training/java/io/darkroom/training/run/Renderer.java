package io.darkroom.training.run;

import io.darkroom.image.Pixels;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Families;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Sampling;
import io.darkroom.pipeline.TorchNoise;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Pictures of an exported model, made by the worker's own pipeline on ONNX Runtime. */
final class Renderer implements AutoCloseable {
    /** Pictures whose rows share calls. */
    private static final int TOGETHER = 8;

    private final Pipeline pipeline;

    /** A picture, and what its task measured. */
    record Rendered(Pixels pixels, Map<String, Double> measurements) {}

    /** @param folder as exported */
    Renderer(ModelFolder folder) {
        this.pipeline = Families.planner(folder)
                .open(
                        new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                        new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }

    Pipeline pipeline() {
        return pipeline;
    }

    /** One picture for each request, in order. */
    List<Pixels> pictures(List<Arguments> requests, IntConsumer done) {
        return render(requests, done).stream().map(Rendered::pixels).toList();
    }

    /** As {@link #pictures}, with what the tasks measured. */
    List<Rendered> render(List<Arguments> requests, IntConsumer done) {
        List<Rendered> rendered = new ArrayList<>();
        for (int from = 0; from < requests.size(); from += TOGETHER) {
            List<Plan> plans = requests.subList(from, Math.min(requests.size(), from + TOGETHER)).stream()
                    .map(pipeline::plan)
                    .toList();
            List<Sampling> pictures =
                    pipeline.begin(plans).stream().map(one -> one.get(0)).toList();
            while (pictures.stream().anyMatch(p -> !p.done())) {
                step(pictures);
            }
            List<Tensor> pixels =
                    pipeline.decode(pictures.stream().map(Sampling::latents).toList());
            for (int i = 0; i < pictures.size(); i++) {
                rendered.add(new Rendered(
                        Pixels.of(pixels.get(i)), pictures.get(i).measurements(pixels.get(i))));
            }
            done.accept(rendered.size());
        }
        return rendered;
    }

    private void step(List<Sampling> pictures) {
        List<Denoiser.Row> rows = new ArrayList<>();
        pictures.forEach(p -> rows.addAll(p.rows()));
        List<Tensor> outputs = pipeline.evaluate(rows);
        int next = 0;
        for (Sampling picture : pictures) {
            int count = picture.rows().size();
            if (count > 0) {
                picture.advance(outputs.subList(next, next + count));
                next += count;
            }
        }
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
