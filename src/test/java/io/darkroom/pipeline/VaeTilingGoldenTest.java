package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Tiled decoding and encoding equal {@code AutoencoderKL}'s: 5e-5 decoding, 1e-4 encoding. */
@Tag("golden")
class VaeTilingGoldenTest {
    private static final Path FOLDER = Goldens.root().resolve("tiling");
    private static final double DECODING = 5e-5;
    private static final double ENCODING = 1e-4;

    @TestFactory
    Stream<DynamicTest> equalsDiffusers() {
        Path cases = FOLDER.resolve("cases.json");
        if (!Files.exists(cases)) {
            return Stream.empty();
        }
        return StreamSupport.stream(Goldens.json(cases).get("cases").spliterator(), false)
                .map(c -> DynamicTest.dynamicTest(c.get("case").textValue(), () -> check(c)));
    }

    private static void check(JsonNode golden) {
        String name = golden.get("pipeline").textValue();
        ModelFolder folder = ModelFolder.read(name, Goldens.find("pipelines/" + name));
        Map<String, Object> set = new ObjectMapper().convertValue(golden.get("set"), new TypeReference<>() {});
        VaeTiling tiling = VaeTiling.defaults(folder.config("vae_decoder")).with(set);
        boolean decode = golden.get("operation").textValue().equals("decode");
        checkResolved(golden.get("resolved"), tiling, decode ? tiling.decoding() : tiling.encoding());
        List<Tensor> inputs = rows(golden, "input");
        List<Tensor> expected = rows(golden, "output");

        try (Networks networks = new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}).load(folder)) {
            List<Tensor> actual = decode
                    ? tiling.over(networks.decoder()).decode(inputs)
                    : tiling.over(Objects.requireNonNull(networks.encoder())).encode(inputs);

            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < actual.size(); i++) {
                assertThat(worst(actual.get(i), expected.get(i))).isLessThanOrEqualTo(decode ? DECODING : ENCODING);
            }
        }
    }

    private static void checkResolved(JsonNode resolved, VaeTiling tiling, Tiles tiles) {
        assertThat(tiling.sampleSize())
                .isEqualTo(resolved.get("tile_sample_min_size").intValue());
        assertThat(tiling.latentSize())
                .isEqualTo(resolved.get("tile_latent_min_size").intValue());
        assertThat(tiling.overlap())
                .isEqualTo(resolved.get("tile_overlap_factor").doubleValue());
        assertThat(tiles.step()).isEqualTo(resolved.get("tile_step").intValue());
        assertThat(tiles.blend()).isEqualTo(resolved.get("blend_extent").intValue());
        assertThat(tiles.limit()).isEqualTo(resolved.get("row_limit").intValue());
    }

    private static List<Tensor> rows(JsonNode golden, String side) {
        Tensor batch = Npy.read(FOLDER.resolve(golden.get(side).get("file").textValue()));
        return IntStream.range(0, batch.dim(0)).mapToObj(i -> Npy.row(batch, i)).toList();
    }

    private static double worst(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double worst = 0;
        for (int i = 0; i < actual.size(); i++) {
            double d = Math.abs((double) actual.data()[i] - expected.data()[i]);
            worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
        }
        return worst;
    }
}
