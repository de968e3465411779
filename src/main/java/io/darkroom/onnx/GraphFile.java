package io.darkroom.onnx;

import io.darkroom.model.ModelUnavailableException;
import io.darkroom.onnx.Protobuf.Field;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX file says of its nodes and weights, without a session: a view of its bytes, mapped where it lies in the
 * file system. Field numbers as in onnx.proto.
 */
final class GraphFile {
    static final int MODEL_GRAPH = 7;
    static final int GRAPH_NODE = 1;
    static final int GRAPH_INITIALIZER = 5;
    static final int NODE_INPUT = 1;
    static final int TENSOR_DIMS = 1;
    static final int TENSOR_TYPE = 2;
    static final int TENSOR_NAME = 8;
    static final int TENSOR_EXTERNAL = 13;
    static final int TENSOR_LOCATION = 14;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OP = 4;
    private static final int NODE_ATTRIBUTE = 5;
    static final int ATTRIBUTE_NAME = 1;
    static final int ATTRIBUTE_INT = 3;
    static final int ATTRIBUTE_INTS = 8;
    private static final int TENSOR_FLOATS = 4;
    private static final int TENSOR_INTS = 5;
    private static final int TENSOR_RAW = 9;

    /** ONNX's numbers of element types. */
    static final int FLOAT = 1;

    static final int FLOAT16 = 10;

    private final Path file;
    private final ByteBuffer bytes;
    private final Field graph;
    private final List<Field> modelFields;
    private final List<Field> graphFields;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Weight> weights = new HashMap<>();

    /**
     * A node.
     *
     * @param field where it lies
     * @param inputs their names, in order
     * @param attributes those that are whole numbers or lists of them
     */
    record Node(
            Field field,
            String name,
            String op,
            List<String> inputs,
            List<String> outputs,
            Map<String, List<Long>> attributes) {}

    /**
     * An initializer.
     *
     * @param field where it lies
     * @param type {@link #FLOAT}, {@link #FLOAT16} or another of ONNX's
     * @param own its fields
     */
    record Weight(Field field, String name, List<Integer> dims, int type, List<Field> own) {}

    private GraphFile(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
        this.modelFields = Protobuf.fields(bytes, 0, bytes.limit());
        this.graph = modelFields.stream()
                .filter(f -> f.number() == MODEL_GRAPH && f.isBytes())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("it holds no graph"));
        this.graphFields = Protobuf.fields(bytes, graph.from(), graph.to());
        for (Field field : graphFields) {
            if (field.number() == GRAPH_NODE) {
                nodes.add(node(field));
            } else if (field.number() == GRAPH_INITIALIZER) {
                Weight weight = weight(field);
                weights.put(weight.name(), weight);
            }
        }
    }

    /** @throws ModelUnavailableException where it cannot be read */
    static GraphFile read(Path file) {
        try {
            return new GraphFile(file, content(file).order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw new ModelUnavailableException(file + " cannot be read as an ONNX model: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer content(Path file) throws IOException {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            return ByteBuffer.wrap(Files.readAllBytes(file));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new IOException(channel.size() + " bytes are more than an ONNX file can have");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }

    private Node node(Field field) {
        String name = "";
        String op = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, List<Long>> attributes = new HashMap<>();
        for (Field f : Protobuf.fields(bytes, field.from(), field.to())) {
            switch (f.number()) {
                case NODE_INPUT -> inputs.add(Protobuf.text(bytes, f));
                case NODE_OUTPUT -> outputs.add(Protobuf.text(bytes, f));
                case NODE_NAME -> name = Protobuf.text(bytes, f);
                case NODE_OP -> op = Protobuf.text(bytes, f);
                case NODE_ATTRIBUTE -> {
                    List<Field> own = Protobuf.fields(bytes, f.from(), f.to());
                    List<Long> numbers = new ArrayList<>(Protobuf.numbers(bytes, own, ATTRIBUTE_INT));
                    numbers.addAll(Protobuf.numbers(bytes, own, ATTRIBUTE_INTS));
                    attributes.put(text(own, ATTRIBUTE_NAME), numbers);
                }
                default -> {
                    // Subgraphs, domains and documentation do not matter here.
                }
            }
        }
        return new Node(field, name, op, inputs, outputs, attributes);
    }

    private Weight weight(Field field) {
        List<Field> own = Protobuf.fields(bytes, field.from(), field.to());
        List<Integer> dims = Protobuf.numbers(bytes, own, TENSOR_DIMS).stream()
                .map(Math::toIntExact)
                .toList();
        if (dims.stream().anyMatch(dim -> dim < 0)) {
            throw new IllegalArgumentException("a weight of " + dims);
        }
        List<Long> type = Protobuf.numbers(bytes, own, TENSOR_TYPE);
        return new Weight(field, text(own, TENSOR_NAME), dims, type.isEmpty() ? 0 : Math.toIntExact(type.get(0)), own);
    }

    private String text(List<Field> fields, int number) {
        return fields.stream()
                .filter(f -> f.number() == number)
                .findFirst()
                .map(f -> Protobuf.text(bytes, f))
                .orElse("");
    }

    Path file() {
        return file;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    Field graph() {
        return graph;
    }

    List<Field> modelFields() {
        return modelFields;
    }

    List<Field> graphFields() {
        return graphFields;
    }

    List<Node> nodes() {
        return nodes;
    }

    @Nullable
    Weight weight(String name) {
        return weights.get(name);
    }

    /**
     * The elements of a weight of {@link #FLOAT} or {@link #FLOAT16}, as they lie in memory, little endian.
     *
     * @throws ModelUnavailableException where they are not there
     */
    ByteBuffer elements(Weight weight) {
        BigInteger expected = weight.dims().stream()
                .map(BigInteger::valueOf)
                .reduce(BigInteger.valueOf(weight.type() == FLOAT ? Float.BYTES : Short.BYTES), BigInteger::multiply);
        ByteBuffer found = embedded(weight);
        if (!expected.equals(BigInteger.valueOf(found.remaining()))) {
            throw new ModelUnavailableException(file + ": " + weight.name() + ": found " + found.remaining()
                    + " bytes, expected " + expected + " for " + weight.dims());
        }
        return found.order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer embedded(Weight weight) {
        for (Field field : weight.own()) {
            if (field.number() == TENSOR_RAW || (field.number() == TENSOR_FLOATS && field.isBytes())) {
                return bytes.slice(field.from(), field.to() - field.from());
            }
        }
        if (weight.own().stream().anyMatch(f -> f.number() == TENSOR_EXTERNAL)) {
            return external(weight);
        }
        if (weight.type() != FLOAT16) {
            return ByteBuffer.allocate(0);
        }
        // Halves may stand as numbers: as many as are there, whatever the dimensions say.
        List<Long> numbers = Protobuf.numbers(bytes, weight.own(), TENSOR_INTS);
        ByteBuffer halves = ByteBuffer.allocate(Math.multiplyExact(numbers.size(), Short.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        numbers.forEach(bits -> halves.putShort(bits.shortValue()));
        return halves.flip();
    }

    private ByteBuffer external(Weight weight) {
        Map<String, String> place = new HashMap<>();
        for (Field field : weight.own()) {
            if (field.number() == TENSOR_EXTERNAL) {
                List<Field> entry = Protobuf.fields(bytes, field.from(), field.to());
                place.put(text(entry, 1), text(entry, 2));
            }
        }
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Path data = folder.resolve(place.getOrDefault("location", "")).normalize();
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ)) {
            long offset = Long.parseLong(place.getOrDefault("offset", "0"));
            String length = place.get("length");
            return channel.map(
                    FileChannel.MapMode.READ_ONLY,
                    offset,
                    length == null ? channel.size() - offset : Long.parseLong(length));
        } catch (IOException | IllegalArgumentException e) {
            throw new ModelUnavailableException(
                    file + ": " + weight.name() + ": its external data in " + data + " cannot be read: " + e, e);
        }
    }
}
