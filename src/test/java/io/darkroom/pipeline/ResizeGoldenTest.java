package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Pictures resized by Pillow's Lanczos, bit for bit, and as the VAE's encoder takes them. Every case of {@code resize} and
 * {@code preprocess} that a request can come to: the picture opened as {@code load_image} opens it, or in a mode where
 * that changes nothing. Not among them: other filters, crop and fill, and modes that diffusers keeps only where a caller
 * opens the file by himself. Masks are {@link MaskGoldenTest}'s.
 */
@Tag("golden")
class ResizeGoldenTest {
    private static final Path FOLDER = Goldens.root().resolve("resize");
    private static final Set<String> OPENED =
            Set.of("load_image (EXIF applied, RGB)", "as stored: RGB", "as stored: L");
    private static final int CHANNELS = 3;

    @TestFactory
    Stream<DynamicTest> equalsDiffusers() {
        if (!Files.exists(FOLDER.resolve("cases.json"))) {
            return Stream.empty();
        }
        JsonNode golden = Goldens.json(FOLDER.resolve("cases.json"));
        Map<String, JsonNode> inputs = new HashMap<>();
        golden.get("inputs").forEach(input -> inputs.put(input.get("file").textValue(), input));
        return StreamSupport.stream(golden.get("cases").spliterator(), false)
                .filter(ResizeGoldenTest::canBeAskedFor)
                .map(c -> DynamicTest.dynamicTest(
                        c.get("case").textValue(),
                        () -> check(
                                c,
                                input(
                                        c,
                                        Objects.requireNonNull(
                                                inputs.get(c.get("file").textValue()))))));
    }

    private static boolean canBeAskedFor(JsonNode c) {
        return Set.of("resize", "preprocess").contains(c.get("kind").textValue())
                && c.get("resize_mode").textValue().equals("default")
                && !c.get("processor").has("resample")
                && OPENED.contains(c.get("opened_as").textValue());
    }

    private static void check(JsonNode golden, InputImage input) throws IOException {
        int width = golden.get("resampled_size").get(0).intValue();
        int height = golden.get("resampled_size").get(1).intValue();

        InputImage resized = Lanczos.resize(input, width, height);

        assertThat(resized.width()).isEqualTo(width);
        assertThat(resized.height()).isEqualTo(height);
        Path expected = FOLDER.resolve(golden.get("result").get("file").textValue());
        if (golden.get("kind").textValue().equals("preprocess")) {
            checkEncoderInput(resized, Npy.read(expected));
            return;
        }
        byte[] rgb = bytes(expected);
        int recorded = rgb.length / (width * height);
        assertThat(resized.rgb()).hasSize(width * height * CHANNELS);
        for (int i = 0; i < rgb.length; i++) {
            int at = recorded == CHANNELS ? i : i * CHANNELS;
            assertThat(resized.rgb()[at]).as("value %s", i).isEqualTo(rgb[i]);
        }
    }

    private static void checkEncoderInput(InputImage resized, Tensor expected) {
        Tensor given = Autoencoder.toNetwork(resized);

        // A grey picture that stays so has one channel; ours are three of the same.
        assertThat(given.size()).isEqualTo(expected.size() * CHANNELS / expected.dim(1));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(given.data()[i]).as("value %s", i).isCloseTo(expected.data()[i], within(1e-6f));
        }
    }

    /** As Pillow decoded it: JPEGs differ by one level between decoders, and EXIF is undone where it was not applied. */
    private static InputImage input(JsonNode golden, JsonNode input) throws IOException {
        boolean stored =
                input.has("decoded") && !golden.get("opened_as").textValue().startsWith("load_image");
        byte[] samples = bytes(
                FOLDER.resolve(input.get(stored ? "decoded" : "load_image").textValue()));
        JsonNode size = input.get(stored ? "size" : "load_image_size");
        int width = size.get(0).intValue();
        int height = size.get(1).intValue();
        return new InputImage(samples.length == width * height ? repeated(samples) : samples, width, height);
    }

    private static byte[] repeated(byte[] grey) {
        byte[] rgb = new byte[CHANNELS * grey.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = grey[i / CHANNELS];
        }
        return rgb;
    }

    /** The elements of a {@code .npy} file of bytes. */
    private static byte[] bytes(Path file) throws IOException {
        byte[] npy = Files.readAllBytes(file);
        int start = 10 + (npy[8] & 0xFF) + 256 * (npy[9] & 0xFF);
        assertThat(new String(npy, 10, start - 10, StandardCharsets.US_ASCII)).contains("'|u1'");
        return Arrays.copyOfRange(npy, start, npy.length);
    }
}
