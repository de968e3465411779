package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** What stands round a ControlNet: which steps it has, and how its picture is prepared. */
@Tag("golden")
class ControlGoldenTest {
    private static Stream<DynamicTest> cases(Path file, Predicate<JsonNode> which, Check check) {
        if (!Files.exists(file)) {
            return Stream.empty();
        }
        return StreamSupport.stream(Goldens.json(file).get("cases").spliterator(), false)
                .filter(which)
                .map(c -> DynamicTest.dynamicTest(name(c), () -> check.of(c)));
    }

    private static String name(JsonNode golden) {
        return golden.has("case")
                ? golden.get("case").textValue()
                : golden.get("control_guidance_start") + " to " + golden.get("control_guidance_end") + " of "
                        + golden.get("num_inference_steps");
    }

    private interface Check {
        void of(JsonNode golden);
    }

    @TestFactory
    Stream<DynamicTest> keepsTheStepsThatDiffusersKeeps() {
        return cases(Goldens.root().resolve("controlnet/intervals.json"), c -> true, c -> {
            double start = c.get("control_guidance_start").doubleValue();
            double end = c.get("control_guidance_end").doubleValue();
            int steps = c.get("num_inference_steps").intValue();
            List<Integer> expected = new ArrayList<>();
            c.get("kept").forEach(i -> expected.add(i.intValue()));

            List<Integer> kept = IntStream.range(0, steps)
                    .filter(i -> Steering.keeps(start, end, i, steps))
                    .boxed()
                    .toList();

            assertThat(kept).isEqualTo(expected);
        });
    }

    /**
     * From the RGB pixels that diffusers' {@code load_image} gives, which is how pictures are read here. Cases of a palette,
     * of alpha or of 16 bits were recorded without it, on the pixels as stored.
     */
    @TestFactory
    Stream<DynamicTest> preparesTheControlImageAsDiffusersDoes() {
        Path folder = Goldens.root().resolve("resize");
        return cases(
                folder.resolve("cases.json"),
                c -> c.get("kind").textValue().equals("control")
                        && c.get("resize_mode").textValue().equals("default")
                        && isRgb(c),
                c -> {
                    JsonNode shape = c.get("result").get("shape");

                    Tensor actual = Steering.picture(
                            loaded(folder, c.get("file").textValue()),
                            shape.get(3).intValue(),
                            shape.get(2).intValue());

                    Tensor expected = Npy.row(
                            Npy.read(folder.resolve(c.get("result").get("file").textValue())), 0);
                    assertThat(actual.shape()).isEqualTo(expected.shape());
                    for (int i = 0; i < actual.size(); i++) {
                        assertThat(Math.abs(actual.data()[i] - expected.data()[i]))
                                .isLessThanOrEqualTo(1e-6f);
                    }
                });
    }

    private static boolean isRgb(JsonNode golden) {
        String opened = golden.get("opened_as").textValue();
        return opened.startsWith("load_image") || opened.endsWith(" RGB") || opened.endsWith(" L");
    }

    private static InputImage loaded(Path folder, String file) {
        for (JsonNode input : Goldens.json(folder.resolve("cases.json")).get("inputs")) {
            if (input.get("file").textValue().equals(file)) {
                int width = input.get("load_image_size").get(0).intValue();
                int height = input.get("load_image_size").get(1).intValue();
                return new InputImage(
                        bytes(folder.resolve(input.get("load_image").textValue()), 3 * width * height), width, height);
            }
        }
        throw new AssertionError("no input " + file);
    }

    /** The elements of an npy file of bytes: what follows the header. */
    private static byte[] bytes(Path npy, int count) {
        try {
            byte[] all = Files.readAllBytes(npy);
            return Arrays.copyOfRange(all, all.length - count, all.length);
        } catch (IOException e) {
            throw new UncheckedIOException(npy.toString(), e);
        }
    }
}
