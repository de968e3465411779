package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.goldens.Png;
import io.darkroom.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Masks as {@code VaeImageProcessor} prepares them, of pictures as {@code load_image} opens them: RGB. */
@Tag("golden")
class MaskGoldenTest {
    /** Where opening as RGB changes nothing; other modes are resized by Pillow as stored, which no worker sees. */
    private static final Set<String> OPENED =
            Set.of("as stored: L", "as stored: RGB", "load_image (EXIF applied, RGB)");

    @TestFactory
    Stream<DynamicTest> everyMask() {
        Path folder = Goldens.root().resolve("resize");
        if (!Files.isRegularFile(folder.resolve("cases.json"))) {
            return Stream.empty();
        }
        List<JsonNode> cases = new ArrayList<>();
        Goldens.json(folder.resolve("cases.json")).get("cases").forEach(cases::add);
        return cases.stream()
                .filter(c -> c.path("kind").asText().equals("mask")
                        && OPENED.contains(c.get("opened_as").textValue()))
                .map(c -> DynamicTest.dynamicTest(c.get("case").textValue(), () -> check(folder, c)));
    }

    private static void check(Path folder, JsonNode golden) {
        Png png = Png.read(folder.resolve(golden.get("file").textValue()));
        int width = golden.get("resampled_size").get(0).intValue();
        int height = golden.get("resampled_size").get(1).intValue();

        Tensor mask = Inpainting.mask(new InputImage(png.rgb(), png.width(), png.height()), width, height);

        assertThat(mask.data())
                .isEqualTo(
                        Npy.read(folder.resolve(golden.get("result").get("file").textValue()))
                                .data());
        assertThat(Inpainting.latentMask(mask, 8).data())
                .isEqualTo(Npy.read(folder.resolve(
                                golden.get("latent_mask").get("file").textValue()))
                        .data());
    }
}
