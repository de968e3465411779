package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** RGB pictures resized by Pillow's Lanczos, bit for bit. Other modes and filters of the recorded cases come later. */
@Tag("golden")
class LanczosGoldenTest {
    private static final Path FOLDER = Goldens.root().resolve("resize");

    @TestFactory
    Stream<DynamicTest> equalsPillow() {
        if (!Files.exists(FOLDER.resolve("cases.json"))) {
            return Stream.empty();
        }
        JsonNode cases = Goldens.json(FOLDER.resolve("cases.json")).get("cases");
        return StreamSupport.stream(cases.spliterator(), false)
                .filter(LanczosGoldenTest::isPlain)
                .map(c -> DynamicTest.dynamicTest(c.get("case").textValue(), () -> check(c)));
    }

    private static boolean isPlain(JsonNode c) {
        String file = c.get("file").textValue();
        return c.get("kind").textValue().equals("resize")
                && c.get("resize_mode").textValue().equals("default")
                && !c.get("processor").has("resample")
                && c.get("opened_as").textValue().startsWith("load_image")
                && file.matches("inputs/rgb\\d+x\\d+\\.png");
    }

    private static void check(JsonNode golden) throws IOException {
        Png input = Png.read(FOLDER.resolve(golden.get("file").textValue()));
        JsonNode result = golden.get("result");
        int height = result.get("shape").get(0).intValue();
        int width = result.get("shape").get(1).intValue();

        InputImage resized = Lanczos.resize(new InputImage(input.rgb(), input.width(), input.height()), width, height);

        assertThat(resized.width()).isEqualTo(width);
        assertThat(resized.height()).isEqualTo(height);
        assertThat(resized.rgb())
                .isEqualTo(bytes(FOLDER.resolve(result.get("file").textValue()), height * width * 3));
    }

    /** The elements of an npy file of bytes: what follows the header. */
    private static byte[] bytes(Path npy, int count) throws IOException {
        byte[] all = Files.readAllBytes(npy);
        return Arrays.copyOfRange(all, all.length - count, all.length);
    }
}
