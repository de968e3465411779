package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The published schema of a request against the parser: another author's validator and ours give the same verdict. */
class RequestSchemaTest {
    private static final long SEED = 20_261_126;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final List<JsonNode> VALUES = values();

    private final JsonNode published = published();
    private final JsonSchema schema =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(published);
    private final RequestParser parser = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private static JsonNode published() {
        try (InputStream in = RequestSchemaTest.class.getResourceAsStream("/interface/schemas/request.json")) {
            return JSON.readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Of every type, good for some field or other, and at the edges of ranges. */
    private static List<JsonNode> values() {
        String longText = "x".repeat(300);
        List<String> texts = List.of(
                "null",
                "true",
                "false",
                "0",
                "-1",
                "1",
                "2",
                "7.5",
                "0.5",
                "20.0",
                "16",
                "17",
                "64",
                "65",
                "512",
                "513",
                "1000",
                "1001",
                "16383",
                "16384",
                "604800",
                "604801",
                "1048576",
                "1048577",
                "1e6",
                "-1e6",
                "1000000.5",
                "2147483647",
                "2147483648",
                "9223372036854775807",
                "9223372036854775808",
                "\"\"",
                "\"x\"",
                "\" \"",
                "\"a b\"",
                "\"a/b\"",
                "\"..\"",
                "\".a\"",
                "\"a:b\"",
                "\"a\\\\b\"",
                "\"tab\\there\"",
                "\"é\"",
                "\"" + "\uD83D\uDE00".repeat(100) + "\"",
                "\"" + "\uD83D\uDE00".repeat(128) + "\"",
                "\"" + "\uD83D\uDE00".repeat(129) + "\"",
                "\"" + "é".repeat(200) + "\"",
                "\"" + "é".repeat(255) + "\"",
                "\"" + "é".repeat(256) + "\"",
                "\"\u00a0\"",
                "\"\u2007\u202f\u3000\"",
                "\"\ufeff\"",
                "\"a\u00a0\"",
                "\"\u2028\"",
                "\"\u0085\"",
                "\"reconstruct\"",
                "\"cpu\"",
                "\"png\"",
                "\"CPU\"",
                "\"" + longText + "\"",
                "\"2030-01-31T12:00:00Z\"",
                "\"2030-01-31\"",
                "\"2030-01-31T12:00:00+01:00\"",
                "\"2030-01-31t12:00:00z\"",
                "\"2030-01-31 12:00:00Z\"",
                "\"2030-01-31T12:00Z\"",
                "\"2030-01-31T12:00:00\"",
                "\"2030-01-31T12:00:00+01\"",
                "\"2030-01-31T12:00:00+0100\"",
                "\"2030-01-31T12:00:00-23:59\"",
                "\"2030-01-31T12:00:00+24:00\"",
                "\"2030-01-31T12:00:00+01:60\"",
                "\"2030-01-31T12:00:00.Z\"",
                "\"2030-01-31T12:00:00.1234567890123Z\"",
                "\"2030-01-31T24:00:00Z\"",
                "\"2030-01-31T12:60:00Z\"",
                "\"2030-01-31T12:00:61Z\"",
                "\"2030-06-30T23:59:60Z\"",
                "\"2030-13-01T12:00:00Z\"",
                "\"2030-01-32T12:00:00Z\"",
                "\"+12030-01-31T12:00:00Z\"",
                "[]",
                "[null]",
                "[1]",
                "[1,2]",
                "[1,2,3]",
                "[-1]",
                "[0.5]",
                "[\"a\"]",
                "[\"a\",1]",
                "[\"\"]",
                "[[1,2]]",
                "[{}]",
                "[{\"name\":\"a\"}]",
                "[{\"name\":\"a\",\"scale\":0.8}]",
                "[{\"name\":\"a\",\"weight\":1}]",
                "[{\"name\":null}]",
                "{}",
                "{\"key\":\"inputs/a.png\"}",
                "{\"key\":\"a\",\"bucket\":\"my-bucket\"}",
                "{\"key\":\"a\",\"bucket\":\"My_Bucket\"}",
                "{\"key\":\"/a\"}",
                "{\"key\":\"\"}",
                "{\"key\":\"a/../b\"}",
                "{\"key\":\"..\"}",
                "{\"key\":\"...\"}",
                "{\"key\":\"a/.\"}",
                "{\"key\":\".a/..b/c..\"}",
                "{\"key\":\"a//b\"}",
                "{\"key\":\"a/\"}",
                "{\"key\":\"a\\\\..\\\\b\"}",
                "{\"key\":\".Darkroom/jobs\"}",
                "{\"key\":\".dar\u212Aroom\"}",
                "{\"key\":\".darkrooms\"}",
                "{\"key\":\"a/.darkroom\"}",
                "{\"key\":\"a\\nb\"}",
                "{\"key\":\"a\\u2028/..\"}",
                "{\"key\":\"" + "x".repeat(255) + "/a\"}",
                "{\"key\":\"" + "x".repeat(256) + "/a\"}",
                "{\"key\":\"a\",\"bucket\":\"my..bucket\"}",
                "{\"key\":1}",
                "{\"key\":\"a\",\"other\":1}",
                "{\"_class_name\":\"A\"}",
                "{\"_class_name\":1}",
                "{\"start\":0.2}",
                "{\"start\":-0.2}",
                "{\"anything\":[1]}",
                "{\"prompt\":\"a\"}",
                "{\"prompt\":1}",
                "{\"num_inference_steps\":0}",
                "{\"num_inference_steps\":20.0,\"guidance_scale\":null}",
                "{\"format\":\"webp\",\"quality\":100}",
                "{\"quality\":101}",
                "{\"presign_seconds\":0}",
                "{\"metadata\":1}",
                "{\"prefix\":\"team/a\"}",
                "{\"prefix\":\"team/a/\"}",
                "{\"prefix\":\"team/a//\"}",
                "{\"prefix\":\"team\\\\\"}",
                "{\"prefix\":\"\"}",
                "{\"prefix\":\"/\"}",
                "{\"prefix\":\"/a\"}",
                "{\"prefix\":\"./\"}",
                "{\"prefix\":\"a/..\"}",
                "{\"prefix\":\".darkroom/\"}",
                "{\"prefix\":\".DARKROOM/jobs/a\"}",
                "{\"prefix\":\".darkrooms\"}",
                "{\"prefix\":\"" + "x".repeat(255) + "/" + "x".repeat(255) + "/\"}",
                "{\"prefix\":\"" + "x".repeat(256) + "\"}",
                "{\"prefix\":\"" + "x/".repeat(255) + "yy\"}",
                "{\"prefix\":\"" + "x/".repeat(255) + "yy/\"}",
                "{\"prefix\":\"" + "x/".repeat(255) + "yyy\"}",
                "{\"who\":\"me\"}",
                "{\"who\":null}",
                "{\"who\":\"" + longText + "\"}",
                "{\"who\":\"" + "\uD83D\uDE00".repeat(200) + "\"}",
                "{\"who\":\"" + "\uD83D\uDE00".repeat(257) + "\"}",
                "{\"" + "\uD83D\uDE00".repeat(128) + "\":\"me\"}",
                "{\"\u00a0\":\"me\"}",
                "{\"\":null}",
                labels(16),
                labels(17),
                "{\"name\":\"" + "é".repeat(200) + "\"}",
                "[{\"name\":\"" + "é".repeat(200) + "\"}]",
                "{\"guidance_scale\":[1,7.5]}",
                "{\"guidance_scale\":[]}",
                "{\"guidance_scale\":3}",
                "{\"seed\":[1,2],\"contact_sheet\":true}",
                "{\"seed\":[1],\"contact_sheet\":1}");
        return texts.stream()
                .map(text -> {
                    try {
                        return JSON.readTree(text);
                    } catch (IOException e) {
                        throw new AssertionError(text, e);
                    }
                })
                .toList();
    }

    /** So many labels, of which one is null. */
    private static String labels(int labels) {
        return IntStream.range(1, labels)
                .mapToObj(i -> "\"l" + i + "\":\"x\"")
                .collect(Collectors.joining(",", "{\"none\":null,", "}"));
    }

    @Test
    void itsFieldsAreThoseThatTheParserAsksFor() {
        Asked asked = new Asked();

        new RequestFields(Limits.DEFAULTS).read(asked, new JobKey("a", 0), "", new Problems());

        assertThat(new TreeSet<>(names(published.path("properties")))).isEqualTo(asked.names);
    }

    @Test
    void eachFieldWithEachValueHasTheSameVerdict() {
        List<String> differ = new ArrayList<>();
        int accepted = 0;
        int refused = 0;
        for (String field : names(published.path("properties"))) {
            for (JsonNode value : VALUES) {
                ObjectNode request = JsonNodeFactory.instance.objectNode();
                request.set(field, value);
                if (compare(request, differ)) {
                    accepted++;
                } else {
                    refused++;
                }
            }
        }

        assertThat(differ).isEmpty();
        assertThat(accepted).isGreaterThan(500);
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void soHaveRequestsOfManyFields() {
        Random random = new Random(SEED);
        List<String> fields = names(published.path("properties"));
        fields.remove("sweep"); // what its combinations come to is more than a schema can say
        List<String> differ = new ArrayList<>();
        int accepted = 0;
        for (int i = 0; i < 2_000; i++) {
            ObjectNode request = JsonNodeFactory.instance.objectNode();
            for (int n = random.nextInt(5); n >= 0; n--) {
                String field = fields.get(random.nextInt(fields.size()));
                JsonNode value = VALUES.get(random.nextInt(VALUES.size()));
                ObjectNode alone = JsonNodeFactory.instance.objectNode();
                alone.set(field, value);
                // Mostly good values: else hardly any request would be.
                if (schema.validate(alone).isEmpty() || random.nextInt(8) == 0) {
                    request.set(field, value);
                }
            }
            if (random.nextInt(10) == 0) {
                request.put("sead", 1);
            }
            accepted += compare(request, differ) ? 1 : 0;
        }

        assertThat(differ).as("seed %d", SEED).isEmpty();
        assertThat(accepted).isBetween(400, 1_600);
    }

    /** Whether the parser accepts it; notes where the schema does not agree. */
    private boolean compare(ObjectNode request, List<String> differ) {
        boolean parsed = parse(request) instanceof ParsedRequest.Valid;
        boolean valid = schema.validate(request).isEmpty();
        if (parsed != valid && !beyondASchema(request)) {
            differ.add((valid ? "only the schema accepts " : "only the parser accepts ") + request);
        }
        return parsed;
    }

    /** What concerns several fields together, as the schema's description says. */
    private static boolean beyondASchema(ObjectNode request) {
        long width = request.path("width").asLong(0);
        long height = request.path("height").asLong(0);
        boolean pixels = width * height > Limits.DEFAULTS.pixels();
        boolean order = request.path("control_guidance_start").asDouble(0)
                >= request.path("control_guidance_end").asDouble(1);
        // Values of a sweep are held against the field that they are for.
        boolean sweep = request.path("sweep").isObject();
        return pixels || order || sweep;
    }

    private ParsedRequest parse(ObjectNode request) {
        Bytes value = Bytes.utf8(request.toString());
        return parser.parse(new IncomingRecord(new Source("", 0, 0, null), "", 0, null, value, List.of()));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> all = object.fieldNames(); all.hasNext(); ) {
            names.add(all.next());
        }
        return names;
    }

    /** An empty object that notes what it is asked for. */
    @SuppressWarnings("unchecked") // Jackson's own override of deepCopy
    private static final class Asked extends ObjectNode {
        private final TreeSet<String> names = new TreeSet<>();

        Asked() {
            super(JsonNodeFactory.instance);
        }

        @Override
        public JsonNode get(String name) {
            names.add(name);
            return super.get(name);
        }
    }
}
