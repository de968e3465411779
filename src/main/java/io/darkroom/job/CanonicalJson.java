package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One text for equal JSON: names in order, no space, numbers by value (20, 20.0 and 2e1 are one). Like RFC 8785, but
 * with every digit, since a seed does not fit into a double.
 */
final class CanonicalJson {
    private CanonicalJson() {}

    /** {@code sha256:} and the digest of the canonical text. */
    static String digest(JsonNode json) {
        StringBuilder text = new StringBuilder();
        write(json, text);
        return "sha256:" + Bytes.utf8(text.toString()).sha256();
    }

    private static void write(JsonNode json, StringBuilder out) {
        if (json instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            char separator = '{';
            for (String name : names) {
                out.append(separator).append(TextNode.valueOf(name)).append(':');
                write(object.get(name), out);
                separator = ',';
            }
            out.append(names.isEmpty() ? "{}" : "}");
        } else if (json.isArray()) {
            out.append('[');
            for (int i = 0; i < json.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                write(json.get(i), out);
            }
            out.append(']');
        } else if (json.isNumber()) {
            out.append(
                    json.decimalValue().signum() == 0
                            ? "0"
                            : json.decimalValue().stripTrailingZeros());
        } else {
            out.append(json);
        }
    }
}
