package io.darkroom.bench;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Stable Diffusion folder whose networks do nothing, so that a job on it costs what delivery costs: each graph is one
 * node, the latents are the picture. The tokenizer and the scheduler are the starter's.
 */
final class NullModel {
    /** Width and height of its pictures. */
    static final int SIZE = 16;

    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private NullModel() {}

    /** Writes the folder. */
    static void write(Path to) throws IOException {
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
                        node("Identity", "sample", "out_sample"),
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

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
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
        ByteArrayOutputStream graph = new ByteArrayOutputStream();
        graph.writeBytes(message(1, node));
        graph.writeBytes(message(2, text("null")));
        inputs.forEach(input -> graph.writeBytes(message(11, input)));
        graph.writeBytes(message(12, output));
        byte[] opset = number(2, 13);
        return join(number(1, 8), message(7, graph.toByteArray()), message(8, opset));
    }

    private static byte[] node(String operator, String input, String output, byte[]... attributes) {
        return join(
                message(1, text(input)), message(2, text(output)), message(4, text(operator)), message(5, attributes));
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
            shape.writeBytes(
                    message(1, fixed ? number(1, Integer.parseInt(dimension)) : message(2, text(dimension))));
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
