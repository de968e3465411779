package io.darkroom.training.export;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.Port;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes a folder in diffusers' ONNX layout, part by part; each network is run by ONNX Runtime and compared. */
final class FolderWriter {
    /** An entry of {@code model_index.json} for what is not there. */
    static final List<String> NONE = Collections.unmodifiableList(Arrays.asList(null, null));

    /** Pixels along a side of a picture for one of its latents. */
    static final int FACTOR = 8;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String VERSION = "0.36.0";
    private static final int BATCH = 2;
    /** Latents of this height and width are compared, and the pictures that they stand for. */
    private static final int SIDE = 16;

    private final Path folder;
    private final NDManager manager;
    private final Map<String, Double> differences = new TreeMap<>();

    /**
     * Makes one.
     *
     * @param folder made where it is missing; files in it are replaced
     * @param manager of what is compared
     */
    FolderWriter(Path folder, NDManager manager) {
        this.folder = folder;
        this.manager = manager;
    }

    /** For each network that was written, by how much ONNX Runtime's output differs at most. */
    Map<String, Double> differences() {
        return Map.copyOf(differences);
    }

    /**
     * Writes a network: its graph with weights as float16, and its config.
     *
     * @throws IllegalStateException where ONNX Runtime does not give what the network gives
     */
    void network(String name, Trained<?> trained, Map<String, Object> config) {
        Definition definition = trained.definition();
        float[] rounded = Halves.rounded(trained.values());
        byte[] file = OnnxFile.of(definition, rounded, true);
        try (NDManager scope = manager.newSubManager();
                Network network = new Network(definition, scope, 0)) {
            network.load(rounded);
            double difference = Agreement.largestDifference(network, file, inputs(scope, definition));
            if (difference > Agreement.CLOSE) {
                throw new IllegalStateException(name + ": ONNX Runtime's output differs by " + difference
                        + " from the network's; at most " + Agreement.CLOSE + " is accepted");
            }
            differences.put(name, difference);
        }
        write(name + "/model.onnx", file);
        json(name + "/config.json", config);
    }

    /** Writes both halves of a VAE, with one config. As {@link #network}. */
    void vae(Trained<VaeEncoder> encoder, Trained<VaeDecoder> decoder, Map<String, Object> config) {
        network("vae_encoder", encoder, config);
        network("vae_decoder", decoder, config);
    }

    /** Writes a JSON file, its keys in order. */
    void json(String name, Map<String, Object> content) {
        Map<String, Object> sorted = new TreeMap<>(content);
        if (sorted.containsKey("_class_name")) {
            sorted.put("_diffusers_version", VERSION);
        }
        try {
            write(name, (JSON.writeValueAsString(sorted) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies a tokenizer's files. */
    void tokenizer(String name, Path from) {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                write(name + "/" + file.getFileName(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String name, byte[] content) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.resolveSibling(""));
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NDArray[] inputs(NDManager scope, Definition definition) {
        Random random = new Random(1);
        return definition.inputs().stream()
                .map(port -> input(scope, definition, port, random))
                .toArray(NDArray[]::new);
    }

    private static NDArray input(NDManager scope, Definition definition, Port port, Random random) {
        Shape shape = new Shape(
                port.dims().stream().mapToLong(dim -> length(definition, dim)).toArray());
        int size = (int) shape.size();
        if (port.integers()) {
            ClipTextEncoder text = (ClipTextEncoder) definition;
            long[] ids = new long[size];
            for (int i = 0; i < size; i++) {
                ids[i] = i % text.tokens() > text.tokens() / 2 ? text.end() : random.nextInt(text.vocabulary());
            }
            return scope.create(ids, shape);
        }
        boolean time = port.name().equals("timestep");
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (time ? 1000 * random.nextDouble() : random.nextGaussian());
        }
        return scope.create(values, shape);
    }

    private static int length(Definition definition, String dim) {
        return switch (dim) {
            case "batch_size", "step" -> BATCH;
            case "height", "width", "latent_height", "latent_width" -> SIDE;
            case "sample_height", "sample_width" -> FACTOR * SIDE;
            case "sequence_length" -> definition instanceof DiffusionTransformer dit ? dit.textTokens() : 40;
            default -> Integer.parseInt(dim);
        };
    }

    /** An entry of {@code model_index.json}. */
    static List<String> component(String library, String type) {
        return List.of(library, type);
    }
}
