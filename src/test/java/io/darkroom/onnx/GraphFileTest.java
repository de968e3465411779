package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.model.ModelUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that claim what the file does not hold. */
class GraphFileTest {
    @TempDir
    private Path folder;

    private Path file(long... dims) throws IOException {
        ByteArrayOutputStream weight = new ByteArrayOutputStream();
        for (long dim : dims) {
            weight.writeBytes(Protobuf.number(GraphFile.TENSOR_DIMS, dim));
        }
        weight.writeBytes(Protobuf.number(GraphFile.TENSOR_TYPE, GraphFile.FLOAT16));
        weight.writeBytes(Protobuf.text(GraphFile.TENSOR_NAME, "w"));
        byte[] graph = Protobuf.bytes(GraphFile.GRAPH_INITIALIZER, weight.toByteArray());
        return Files.write(folder.resolve("model.onnx"), Protobuf.bytes(GraphFile.MODEL_GRAPH, graph));
    }

    @Test
    void noRoomIsMadeForElementsThatAreNotThere() throws IOException {
        for (long[] dims : new long[][] {{1L << 30}, {65_536, 65_536}, {1L << 30, 1L << 30, 1L << 30}}) {
            GraphFile graph = GraphFile.read(file(dims));
            GraphFile.Weight weight = Objects.requireNonNull(graph.weight("w"));

            assertThatThrownBy(() -> graph.elements(weight))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining("w: found 0 bytes, expected ");
        }
    }

    @Test
    void aDimensionThatCannotBeIsRefused() throws IOException {
        for (long dim : new long[] {-1, 1L << 31, Long.MIN_VALUE}) {
            Path file = file(dim);

            assertThatThrownBy(() -> GraphFile.read(file))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining("cannot be read as an ONNX model");
        }
    }
}
