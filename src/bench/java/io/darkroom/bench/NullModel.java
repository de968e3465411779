package io.darkroom.bench;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Stable Diffusion folder whose networks do nothing, so that a job on it costs what delivery costs: each graph is one
 * node, the latents are the picture. The tokenizer and the scheduler are the starter's.
 */
public final class NullModel {
    /** Width and height of its pictures. */
    public static final int SIZE = 16;

    /** Numbers on which a step's time is spent, if any is. */
    private static final int LOAD = 1 << 16;

    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private NullModel() {}

    /** Writes the folder; its steps take no time of their own. */
    static void write(Path to) throws IOException {
        write(to, 0);
    }

    /**
     * Writes the folder.
     *
     * @param sines what a call of the denoiser does besides, for nothing: so many rounds of 65,536 sines, each some tenths
     *     of a millisecond of one core; the picture is the same for any
     */
    public static void write(Path to, int sines) throws IOException {
        ModelFolder starter = BuiltInModels.starter();
        Files.createDirectories(to);
        Files.copy(starter.index().file(), to.resolve("model_index.json"));
        copy(starter.component("tokenizer"), to.resolve("tokenizer"));
        copy(starter.component("scheduler"), to.resolve("scheduler"));
        network(
                to.resolve("text_encoder"),
                "{\"max_position_embeddings\": 40}",
                model(
                        // The ids themselves, as floats.
                        node("Cast", "input_ids", "last_hidden_state", attribute("to", FLOAT)),
                        List.of(value("input_ids", INT64, "batch", "sequence")),
                        value("last_hidden_state", FLOAT, "batch", "sequence")));
        network(
                to.resolve("unet"),
                "{\"in_channels\": 3, \"sample_size\": " + SIZE + ", \"block_out_channels\": [1]}",
                model(
                        denoiser(sines),
                        sines == 0 ? List.of() : List.of(zeros("load", LOAD), zeros("zero", 1)),
                        List.of(
                                value("sample", FLOAT, "batch", "3", "height", "width"),
                                value("timestep", INT64),
                                value("encoder_hidden_states", FLOAT, "batch", "sequence")),
                        value("out_sample", FLOAT, "batch", "3", "height", "width")));
        network(
                to.resolve("vae_decoder"),
                "{\"latent_channels\": 3, \"scaling_factor\": 1, \"block_out_channels\": [1]}",
                model(
                        node("Identity", "latent_sample", "sample"),
                        List.of(value("latent_sample", FLOAT, "batch", "3", "height", "width")),
                        value("sample", FLOAT, "batch", "3", "height", "width")));
    }

    /** The sample itself, or with the largest of many sines times nothing added to it. */
    private static List<byte[]> denoiser(int sines) {
        if (sines == 0) {
            return List.of(node("Identity", "sample", "out_sample"));
        }
        List<byte[]> nodes = new ArrayList<>();
        nodes.add(node("ReduceMean", List.of("sample"), "mean", attribute("keepdims", 0)));
        nodes.add(node("Add", List.of("mean", "load"), "load0"));
        for (int i = 0; i < sines; i++) {
            nodes.add(node("Sin", "load" + i, "load" + (i + 1)));
        }
        nodes.add(node("ReduceMax", List.of("load" + sines), "most", attribute("keepdims", 0)));
        nodes.add(node("Mul", List.of("most", "zero"), "nothing"));
        nodes.add(node("Add", List.of("sample", "nothing"), "out_sample"));
        return nodes;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                // By name: the folder may lie in a jar, whose paths are another file system's.
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    private static void network(Path folder, String config, byte[] graph) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config);
        Files.write(folder.resolve("model.onnx"), graph);
    }

    // Below: protobuf, with the field numbers of onnx.proto.

    private static byte[] model(byte[] node, List<byte[]> inputs, byte[] output) {
        return model(List.of(node), List.of(), inputs, output);
    }

    private static byte[] model(List<byte[]> nodes, List<byte[]> initializers, List<byte[]> inputs, byte[] output) {
        ByteArrayOutputStream graph = new ByteArrayOutputStream();
        nodes.forEach(node -> graph.writeBytes(message(1, node)));
        graph.writeBytes(message(2, text("null")));
        initializers.forEach(initializer -> graph.writeBytes(message(5, initializer)));
        inputs.forEach(input -> graph.writeBytes(message(11, input)));
        graph.writeBytes(message(12, output));
        byte[] opset = number(2, 13);
        return join(number(1, 8), message(7, graph.toByteArray()), message(8, opset));
    }

    private static byte[] node(String operator, String input, String output, byte[]... attributes) {
        return node(operator, List.of(input), output, attributes);
    }

    private static byte[] node(String operator, List<String> inputs, String output, byte[]... attributes) {
        byte[][] names = inputs.stream().map(NullModel::text).toArray(byte[][]::new);
        return join(message(1, names), message(2, text(output)), message(4, text(operator)), message(5, attributes));
    }

    private static byte[] zeros(String name, int count) {
        return join(
                number(1, count), number(2, FLOAT), message(8, text(name)), message(9, new byte[Float.BYTES * count]));
    }

    private static byte[] attribute(String name, int value) {
        int integer = 2;
        return join(message(1, text(name)), number(3, value), number(20, integer));
    }

    /** A tensor; dimensions are numbers or names. */
    private static byte[] value(String name, int type, String... dimensions) {
        ByteArrayOutputStream shape = new ByteArrayOutputStream();
        for (String dimension : dimensions) {
            boolean fixed = Character.isDigit(dimension.charAt(0));
            shape.writeBytes(message(1, fixed ? number(1, Integer.parseInt(dimension)) : message(2, text(dimension))));
        }
        byte[] tensor = join(number(1, type), message(2, shape.toByteArray()));
        return join(message(1, text(name)), message(2, message(1, tensor)));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A field for each content. */
    private static byte[] message(int field, byte[]... contents) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            varint((field << 3) | 2, all);
            varint(content.length, all);
            all.writeBytes(content);
        }
        return all.toByteArray();
    }

    private static byte[] number(int field, int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(field << 3, out);
        varint(value, out);
        return out.toByteArray();
    }

    private static void varint(int value, ByteArrayOutputStream to) {
        int left = value;
        while (left > 0x7F) {
            to.write((left & 0x7F) | 0x80);
            left >>>= 7;
        }
        to.write(left);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
