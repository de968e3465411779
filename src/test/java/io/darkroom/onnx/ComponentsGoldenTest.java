package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Each network gives what the torch module gave that it was exported from. */
@Tag("golden")
class ComponentsGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyNetworkEqualsItsTorchModule() {
        return files().stream().flatMap(file -> {
            JsonNode components = Goldens.json(file).get("components");
            Path folder = Objects.requireNonNull(file.getParent()).resolveSibling("");
            return components
                    .propertyStream()
                    .map(c -> DynamicTest.dynamicTest(
                            folder.getFileName() + " " + c.getKey(), () -> check(folder, c.getKey(), c.getValue())));
        });
    }

    private static List<Path> files() {
        Path pipelines = Goldens.root().resolve("pipelines");
        if (!Files.isDirectory(pipelines)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(pipelines)) {
            return folders.map(f -> f.resolve("components").resolve("components.json"))
                    .filter(Files::exists)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(Path path, String component, JsonNode golden) {
        ModelFolder folder = ModelFolder.read(String.valueOf(path.getFileName()), path);
        double tolerance = component.equals("vae_encoder") ? 1e-4 : 5e-5;

        try (Networks networks = new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}).load(folder)) {
            switch (component) {
                case "text_encoder", "text_encoder_2", "text_encoder_3" -> {
                    List<TextEncoder.Encoding> out = Objects.requireNonNull(
                                    networks.textEncoders().get(component))
                            .encode(
                                    ids(golden.get("inputs").get("input_ids").get("values")),
                                    names(golden.get("outputs")));
                    for (int i = 0; i < out.size(); i++) {
                        for (String name : out.get(i).outputs().keySet()) {
                            assertClose(out.get(i).output(name), Npy.row(output(path, golden, name), i), tolerance);
                        }
                    }
                }
                case "unet", "transformer" -> {
                    String sample = component.equals("unet") ? "sample" : "hidden_states";
                    int rows = Npy.read(inputFile(path, golden, sample)).dim(0);
                    List<Denoiser.Row> all = IntStream.range(0, rows)
                            .mapToObj(i -> row(path, golden, sample, i))
                            .toList();
                    assertRows(
                            networks.denoiser().evaluate(all),
                            output(
                                    path,
                                    golden,
                                    names(golden.get("outputs")).iterator().next()),
                            tolerance);
                }
                case "vae_decoder" -> assertRows(
                        networks.decoder().decode(rows(input(path, golden, "latent_sample"))),
                        output(path, golden, "sample"),
                        tolerance);
                case "vae_encoder" -> assertRows(
                        Objects.requireNonNull(networks.encoder()).encode(rows(input(path, golden, "sample"))),
                        output(path, golden, "latent_parameters"),
                        tolerance);
                default -> throw new AssertionError("no check for " + component);
            }
        }
    }

    /** Row i of every input; an id list of positions has no rows and is the same for all. */
    private static Denoiser.Row row(Path path, JsonNode golden, String sample, int i) {
        Map<String, Tensor> conditions = new HashMap<>();
        golden.get("inputs").properties().forEach(e -> {
            if (e.getKey().equals(sample) || e.getKey().equals("timestep")) {
                return;
            }
            Tensor all = e.getValue().has("file")
                    ? Npy.read(inputFile(path, golden, e.getKey()))
                    : tensor(e.getValue().get("values"));
            conditions.put(
                    e.getKey(), e.getKey().endsWith("_ids") && !e.getKey().equals("time_ids") ? all : row(all, i));
        });
        JsonNode time = golden.get("inputs").get("timestep").get("values");
        return new Denoiser.Row(
                Npy.row(Npy.read(inputFile(path, golden, sample)), i),
                time.isArray() ? time.get(i % time.size()).doubleValue() : time.doubleValue(),
                new Conditioning(conditions));
    }

    /** A row without the batch axis: of a list of numbers, a scalar. */
    private static Tensor row(Tensor all, int i) {
        return all.rank() == 1 ? Tensor.of(new float[] {all.data()[i]}) : Npy.row(all, i);
    }

    private static Tensor tensor(JsonNode values) {
        List<JsonNode> rows = new ArrayList<>();
        values.forEach(rows::add);
        int width = rows.get(0).isArray() ? rows.get(0).size() : 1;
        float[] data = new float[rows.size() * width];
        for (int i = 0; i < data.length; i++) {
            JsonNode row = rows.get(i / width);
            data[i] = (row.isArray() ? row.get(i % width) : row).floatValue();
        }
        return rows.get(0).isArray() ? Tensor.of(data, rows.size(), width) : Tensor.of(data, rows.size());
    }

    private static Set<String> names(JsonNode outputs) {
        Set<String> names = new LinkedHashSet<>();
        outputs.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Path inputFile(Path folder, JsonNode golden, String name) {
        return folder.resolve("components")
                .resolve(golden.get("inputs").get(name).get("file").textValue());
    }

    private static List<List<Integer>> ids(JsonNode rows) {
        List<List<Integer>> ids = new ArrayList<>();
        rows.forEach(row -> {
            List<Integer> one = new ArrayList<>();
            row.forEach(id -> one.add(id.intValue()));
            ids.add(one);
        });
        return ids;
    }

    private static Tensor input(Path folder, JsonNode golden, String name) {
        return Npy.read(folder.resolve("components")
                .resolve(golden.get("inputs").get(name).get("file").textValue()));
    }

    private static Tensor output(Path folder, JsonNode golden, String name) {
        return Npy.read(folder.resolve("components")
                .resolve(golden.get("outputs").get(name).get("file").textValue()));
    }

    private static List<Tensor> rows(Tensor batch) {
        return IntStream.range(0, batch.dim(0)).mapToObj(i -> Npy.row(batch, i)).toList();
    }

    private static void assertRows(List<Tensor> actual, Tensor expected, double tolerance) {
        assertThat(actual).hasSize(expected.dim(0));
        for (int i = 0; i < actual.size(); i++) {
            assertClose(actual.get(i), Npy.row(expected, i), tolerance);
        }
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double worst = 0;
        for (int i = 0; i < actual.size(); i++) {
            worst = Math.max(worst, Math.abs((double) actual.data()[i] - expected.data()[i]));
        }
        assertThat(worst).isLessThanOrEqualTo(tolerance);
    }
}
