package io.darkroom.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as this package writes it, and as it reads what it wrote: numbers keep every digit, fields their order. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A free value (null, Boolean, number, String, List, Map) as a tree. */
    static JsonNode value(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = object();
            map.forEach((name, each) -> object.set(String.valueOf(name), value(each)));
            return object;
        }
        if (value instanceof List<?> list) {
            ArrayNode array = MAPPER.createArrayNode();
            list.forEach(each -> array.add(value(each)));
            return array;
        }
        if (value instanceof String text) {
            return TextNode.valueOf(text);
        }
        if (value instanceof Integer || value instanceof Long) {
            return LongNode.valueOf(((Number) value).longValue());
        }
        return MAPPER.valueToTree(value);
    }

    static ObjectNode source(Source source) {
        return object().put("topic", source.topic())
                .put("partition", source.partition())
                .put("offset", source.offset())
                .put("key", source.key());
    }

    static Bytes write(JsonNode json) {
        try {
            return Bytes.of(MAPPER.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of ours can be written", e);
        }
    }

    /** Reads an object that a worker wrote; null where it is none. */
    static @Nullable ObjectNode readStored(Bytes stored) {
        try {
            return MAPPER.readTree(stored.array()) instanceof ObjectNode object ? object : null;
        } catch (IOException e) {
            return null;
        }
    }
}
