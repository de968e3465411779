package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class BuiltInModelsTest {
    private static final int SEEDS = 4;

    /** Night is darker than noon, and by far: the text is heard. */
    @TestFactory
    Stream<DynamicTest> paintsWhatIsAskedFor() {
        return BuiltInModels.all().stream()
                .map(folder ->
                        DynamicTest.dynamicTest(folder.name(), () -> assertThat(brightness(folder, "the sea at night"))
                                .isLessThan(0.7 * brightness(folder, "the sea at noon"))));
    }

    /** The mean of all values, in 0..1. */
    private static double brightness(ModelFolder folder, String prompt) {
        try (Pipeline pipeline = Families.planner(folder)
                .open(
                        new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                        new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS))) {
            return LongStream.range(0, SEEDS)
                    .mapToObj(seed -> pixels(pipeline, prompt, seed))
                    .mapToDouble(BuiltInModelsTest::mean)
                    .average()
                    .orElseThrow();
        }
    }

    private static Tensor pixels(Pipeline pipeline, String prompt, long seed) {
        Arguments request = Arguments.builder()
                .prompt(prompt)
                .seed(seed)
                .guidanceScale(5.0)
                .numInferenceSteps(10)
                .build();
        Sampling picture = pipeline.begin(pipeline.plan(request)).get(0);
        while (!picture.done()) {
            picture.advance(pipeline.evaluate(picture.rows()));
        }
        return pipeline.decode(List.of(picture.latents())).get(0);
    }

    private static double mean(Tensor pixels) {
        double sum = 0;
        for (float value : pixels.data()) {
            sum += value;
        }
        return sum / pixels.size();
    }
}
