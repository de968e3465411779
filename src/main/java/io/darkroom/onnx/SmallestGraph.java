package io.darkroom.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** An ONNX model that does nothing, to see whether a device works: {@code y = Identity(x)} on one float. */
final class SmallestGraph {
    private SmallestGraph() {}

    /** A {@code ModelProto}; field numbers as in onnx.proto. */
    static byte[] bytes() {
        byte[] node = join(bytes(1, "x"), bytes(2, "y"), bytes(4, "Identity"));
        byte[] graph = join(bytes(1, node), bytes(2, "probe"), bytes(11, value("x")), bytes(12, value("y")));
        byte[] opset = number(2, 13);
        return join(number(1, 8), bytes(7, graph), bytes(8, opset));
    }

    private static byte[] value(String name) {
        byte[] shape = bytes(1, number(1, 1));
        byte[] tensor = join(number(1, 1), bytes(2, shape));
        return join(bytes(1, name), bytes(2, bytes(1, tensor)));
    }

    private static byte[] bytes(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(int field, byte[] content) {
        return join(new byte[] {(byte) (field << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] number(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
