package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every input of {@code resize/cases.json} against diffusers' {@code load_image} (Pillow 13). PNG and WebP exactly. JPEG within
 * {@value #JPEG_TOLERANCE} of 255, for the JDK's decoder is not Pillow's (measured: equal in all five).
 */
@Tag("golden")
class PictureReaderGoldenTest {
    private static final int JPEG_TOLERANCE = 1;
    private static final PictureReader READER = new PictureReader(1 << 20, 1 << 20);

    @TestFactory
    Stream<DynamicTest> readsAsLoadImageDoes() throws IOException {
        String chosen = System.getProperty("darkroom.goldens", "");
        Path folder = Path.of(chosen.isBlank() ? "src/test/resources/goldens" : chosen, "resize");
        Path cases = folder.resolve("cases.json");
        if (!Files.exists(cases)) {
            return Stream.empty();
        }
        return StreamSupport.stream(
                        new ObjectMapper()
                                .readTree(cases.toFile())
                                .path("inputs")
                                .spliterator(),
                        false)
                .map(input -> DynamicTest.dynamicTest(input.path("file").asText(), () -> check(folder, input)));
    }

    private static void check(Path folder, JsonNode input) throws IOException, PictureException {
        byte[] file = Files.readAllBytes(folder.resolve(input.path("file").asText()));
        byte[] expected = samples(folder.resolve(input.path("load_image").asText()));

        RgbPicture picture = READER.read(file);

        assertThat(picture.width())
                .isEqualTo(input.path("load_image_size").path(0).asInt());
        assertThat(picture.height())
                .isEqualTo(input.path("load_image_size").path(1).asInt());
        int tolerance = input.path("format").asText().equals("JPEG") ? JPEG_TOLERANCE : 0;
        assertThat(largestDifference(picture.rgb(), expected)).isLessThanOrEqualTo(tolerance);
    }

    private static int largestDifference(byte[] rgb, byte[] expected) {
        assertThat(expected).hasSize(rgb.length);
        int largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs((rgb[i] & 0xFF) - (expected[i] & 0xFF)));
        }
        return largest;
    }

    /** The samples of a {@code .npy} file of bytes, in C order: height, width, channel. */
    private static byte[] samples(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int start = 10 + (bytes[8] & 0xFF) + 256 * (bytes[9] & 0xFF);
        assertThat(new String(bytes, 10, start - 10, StandardCharsets.US_ASCII))
                .contains("'|u1'", "'fortran_order': False");
        return java.util.Arrays.copyOfRange(bytes, start, bytes.length);
    }
}
