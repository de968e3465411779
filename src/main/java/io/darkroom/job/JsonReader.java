package io.darkroom.job;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON of strangers: UTF-8 to the letter (RFC 8259), nothing after it, nesting and lengths bounded, a name twice
 * in one object refused. Numbers keep every digit.
 */
final class JsonReader {
    private static final int DEEPEST = 32;
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_NUMBER = 400;
    private static final int LARGEST_EXPONENT = 1000;
    /** Any number of so many digits before its point is below the largest double. */
    private static final int DIGITS_OF_DOUBLE = 308;

    private static final String EXPECTED_NUMBER = "expected a number of at most " + LONGEST_NUMBER
            + " characters and, but for its sign, " + Double.MAX_VALUE + ", got ";

    // What is deeper or longer than that is a problem of its field, and the request keeps its id.
    // What is beyond these is a bomb, and ends the reading.
    private static final int DEEPEST_PASSED = 1000;
    private static final int LONGEST_PASSED = 10_000;

    private final JsonFactory factory;
    private final JsonNodeFactory nodes = JsonNodeFactory.instance;

    /** The text is no JSON, or not JSON that we read; the message says where and why. */
    static final class UnreadableException extends Exception {
        UnreadableException(String message) {
            super(message);
        }
    }

    /**
     * Where a value stands. Its path is put together only for a problem: there may be half a million values below names of
     * a thousand characters each.
     */
    private record Place(@Nullable Place in, String name, int index) {
        private static final int NO_INDEX = -1;
        static final Place ROOT = new Place(null, "", NO_INDEX);

        Place field(String name) {
            return new Place(this, name, NO_INDEX);
        }

        Place element(int index) {
            return new Place(this, "", index);
        }

        String path() {
            Deque<Place> way = new ArrayDeque<>();
            for (Place each = this; each.in != null; each = each.in) {
                way.push(each);
            }
            StringBuilder path = new StringBuilder();
            for (Place each : way) {
                if (each.index != NO_INDEX) {
                    path.append('[').append(each.index).append(']');
                } else {
                    path.append(path.isEmpty() ? "" : ".").append(each.name);
                }
            }
            return path.toString();
        }
    }

    JsonReader(int longestText) {
        // Names are not interned: a stranger's names would fill a table that lives as long as the process.
        factory = new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST_PASSED)
                        .maxNameLength(LONGEST_PASSED)
                        .maxNumberLength(LONGEST_PASSED)
                        .maxStringLength(longestText)
                        .build())
                .build();
    }

    /**
     * Reads one value.
     *
     * @param problems where names that come twice and what is too long or too deep are reported, by their path; a null
     *     stands for the value, and no name for one that is too long
     */
    JsonNode read(byte[] utf8, Problems problems) throws UnreadableException {
        String text = decode(utf8);
        try (JsonParser parser = factory.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new UnreadableException("expected a JSON object, got nothing");
            }
            JsonNode value = value(parser, Place.ROOT, problems);
            if (parser.nextToken() != null) {
                throw new UnreadableException("something follows the JSON value, in column "
                        + parser.currentTokenLocation().getColumnNr());
            }
            return value;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw new UnreadableException("no JSON that can be read: " + Quote.line(e.getOriginalMessage()) + where);
        } catch (IOException e) {
            throw new UncheckedIOException("a text is read without I/O", e);
        }
    }

    private static String decode(byte[] utf8) throws UnreadableException {
        ByteBuffer in = ByteBuffer.wrap(utf8);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new UnreadableException("expected JSON in UTF-8; byte " + in.position() + " is not UTF-8");
        }
    }

    private JsonNode value(JsonParser parser, Place place, Problems problems) throws IOException {
        JsonToken token = parser.currentToken();
        if (token.isStructStart() && parser.getParsingContext().getNestingDepth() > DEEPEST) {
            parser.skipChildren();
            problems.add(
                    place::path,
                    () -> "expected lists and objects at most " + DEEPEST + " deep in one another, got more");
            return nodes.nullNode();
        }
        return switch (token) {
            case START_OBJECT -> object(parser, place, problems);
            case START_ARRAY -> array(parser, place, problems);
            case VALUE_STRING -> nodes.textNode(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser, place, problems);
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_NULL -> nodes.nullNode();
            case NOT_AVAILABLE,
                    END_OBJECT,
                    END_ARRAY,
                    FIELD_NAME,
                    VALUE_EMBEDDED_OBJECT -> throw new IllegalStateException("a value cannot begin with " + token);
        };
    }

    private ObjectNode object(JsonParser parser, Place place, Problems problems) throws IOException {
        ObjectNode object = nodes.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Place at = place.field(name);
            parser.nextToken();
            if (name.length() > LONGEST_NAME) {
                parser.skipChildren();
                problems.add(
                        at::path,
                        () -> "expected a name of at most " + LONGEST_NAME + " characters, got " + name.length());
                continue;
            }
            JsonNode value = value(parser, at, problems);
            if (object.has(name)) {
                problems.add(at::path, () -> "expected once, got it again, as " + Fields.kind(value));
            }
            object.set(name, value);
        }
        return object;
    }

    private ArrayNode array(JsonParser parser, Place place, Problems problems) throws IOException {
        ArrayNode array = nodes.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser, place.element(array.size()), problems));
        }
        return array;
    }

    private JsonNode number(JsonParser parser, Place place, Problems problems) throws IOException {
        String text = parser.getText();
        try {
            if (text.length() <= LONGEST_NUMBER) {
                BigDecimal number = new BigDecimal(text);
                if (Math.abs((long) number.scale()) <= LARGEST_EXPONENT && isDouble(number)) {
                    return DecimalNode.valueOf(number);
                }
            }
        } catch (NumberFormatException e) {
            // An exponent beyond int: reported below like any other that is too large.
        }
        problems.add(place::path, () -> EXPECTED_NUMBER + Quote.bare(text));
        return nodes.nullNode();
    }

    /** Whether a double holds its size, if not every digit. */
    private static boolean isDouble(BigDecimal number) {
        boolean small = (long) number.precision() - number.scale() <= DIGITS_OF_DOUBLE;
        return small || Double.isFinite(number.doubleValue());
    }
}
