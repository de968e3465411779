package io.darkroom.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.ModelCopies;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The model of a recorded run with the LoRAs that it names beside it, in a temporary copy; where it names none, the model
 * as it is.
 */
record LoraModel(ModelFolder folder, List<Variant> variants, @Nullable Path copy) implements AutoCloseable {
    static LoraModel of(GoldenCase golden, ModelFolder folder) throws IOException {
        if (!golden.json().has("lora")) {
            return new LoraModel(folder, List.of(Variant.PLAIN), null);
        }
        Path section = Objects.requireNonNull(golden.file().getParent()).resolveSibling("");
        Path copy = Files.createTempDirectory("lora-goldens");
        Path model = ModelCopies.copy(folder.root(), copy.resolve("model"));
        Files.createDirectories(model.resolve("loras"));
        List<Variant> variants = new ArrayList<>();
        variants.add(variant(golden.json().get("lora"), section, model));
        for (JsonNode same : golden.json().path("lora_equivalents")) {
            variants.add(variant(same.get("lora"), section, model));
        }
        return new LoraModel(ModelFolder.read(folder.name(), model), variants, copy);
    }

    private static Variant variant(JsonNode loras, Path section, Path model) throws IOException {
        List<Variant.Lora> wanted = new ArrayList<>();
        for (JsonNode lora : loras) {
            String path = lora.get("file").textValue();
            String name = path.replace('/', '-').replace(".safetensors", "");
            Path target = model.resolve("loras").resolve(name + ".safetensors");
            if (!Files.exists(target)) {
                Files.copy(section.resolve(path), target);
            }
            wanted.add(new Variant.Lora(name, lora.get("weight").doubleValue()));
        }
        return Variant.PLAIN.withLoras(wanted);
    }

    @Override
    public void close() throws IOException {
        if (copy != null) {
            try (Stream<Path> files = Files.walk(copy)) {
                for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(file);
                }
            }
        }
    }
}
