package io.darkroom.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes of good bytes and good JSON what no client would send. What it makes follows from the generator that it is given. */
final class Garble {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int LONG_TEXT = 20_000;
    private static final int DEEP = 40;

    /** Texts that mean something somewhere. */
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "null",
            "0",
            "-1",
            "NaN",
            "Infinity",
            "a\u0000b",
            "\uD800",
            "\uDC00\uD800",
            "\u202Etxt",
            "../../etc/passwd",
            ".darkroom/jobs/a/outcome",
            "a/../b",
            "C:\\x",
            "%2e%2e%2f",
            "a\r\nSet-Cookie: b",
            "${jndi:ldap://localhost/a}",
            "'; DROP TABLE jobs; --",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "http://127.0.0.1:9000/",
            "starter",
            "ddim",
            "dpmpp_2m_sde",
            "2026-02-30T25:61:00Z",
            "+999999999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59Z",
            "(((((a:1.1):1e9):-1)",
            "((((((((((((((((((((a))))))))))))))))))))",
            "\uD83D\uDE00".repeat(200));

    private static final List<BigDecimal> NUMBERS = List.of(
            BigDecimal.ZERO,
            BigDecimal.ONE,
            new BigDecimal("-1"),
            new BigDecimal("-0.0"),
            new BigDecimal("0.1"),
            new BigDecimal("1e-400"),
            new BigDecimal("1e400"),
            new BigDecimal("-1e308"),
            new BigDecimal("1e999"),
            new BigDecimal(Long.MAX_VALUE),
            new BigDecimal(Long.MIN_VALUE),
            new BigDecimal(BigInteger.TWO.pow(64)),
            new BigDecimal("2147483648"),
            new BigDecimal("16384"),
            new BigDecimal("63"),
            new BigDecimal("7.5"));

    private Garble() {}

    /** Some random bytes. */
    static byte[] bytes(Random random, int atMost) {
        byte[] bytes = new byte[random.nextInt(atMost + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Bytes with some of them changed, left out, put in or repeated. */
    static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good;
        for (int n = random.nextInt(4); n >= 0; n--) {
            int from = random.nextInt(bytes.length + 1);
            int to = Math.min(bytes.length, from + random.nextInt(1 + Math.min(64, bytes.length)));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, from);
            switch (random.nextInt(4)) {
                case 0 -> out.writeBytes(bytes(random, to - from)); // changed, or cut
                case 1 -> {} // left out
                case 2 -> {
                    out.writeBytes(bytes(random, 16)); // put in
                    out.write(bytes, from, to - from);
                }
                default -> {
                    for (int times = random.nextInt(40); times >= 0; times--) {
                        out.write(bytes, from, to - from); // repeated
                    }
                }
            }
            out.write(bytes, to, bytes.length - to);
            bytes = out.toByteArray();
        }
        return bytes;
    }

    /** An object with some of its fields, at any depth, replaced, removed, renamed, or joined by others. */
    static ObjectNode mutated(ObjectNode good, Random random) {
        ObjectNode json = good.deepCopy();
        for (int n = random.nextInt(4); n >= 0; n--) {
            ObjectNode at = json;
            List<String> names = names(at);
            while (!names.isEmpty() && random.nextBoolean()) {
                if (!(at.get(names.get(random.nextInt(names.size()))) instanceof ObjectNode inner)) {
                    break;
                }
                at = inner;
                names = names(at);
            }
            String name = names.isEmpty() ? text(random) : names.get(random.nextInt(names.size()));
            switch (random.nextInt(5)) {
                case 0 -> at.remove(name);
                case 1 -> at.set(text(random), any(random, 3));
                case 2 -> {
                    JsonNode moved = at.remove(name);
                    at.set(name + "s", moved == null ? NODES.nullNode() : moved);
                }
                case 3 -> at.set(name, NODES.arrayNode().add(any(random, 2)).add(any(random, 2)));
                default -> at.set(name, any(random, 3));
            }
        }
        return json;
    }

    /** Any JSON at all. */
    static JsonNode any(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt());
            case 3 -> NODES.numberNode(random.nextGaussian() * Math.pow(10, random.nextInt(20)));
            case 4 -> NODES.numberNode(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 5, 6 -> NODES.textNode(text(random));
            case 7 -> {
                ArrayNode list = NODES.arrayNode();
                for (int n = random.nextInt(random.nextInt(20) == 0 ? 300 : 5); n > 0; n--) {
                    list.add(any(random, depth - 1));
                }
                yield list;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int n = random.nextInt(5); n > 0; n--) {
                    object.set(text(random), any(random, depth - 1));
                }
                yield random.nextInt(20) == 0 ? nested(object) : object;
            }
        };
    }

    static String text(Random random) {
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> TEXTS.get(random.nextInt(TEXTS.size()));
            case 3 -> new String(bytes(random, 20), java.nio.charset.StandardCharsets.ISO_8859_1);
            case 4 -> "a".repeat(1 + random.nextInt(10));
            default -> random.nextInt(50) == 0 ? "ab ".repeat(random.nextInt(LONG_TEXT)) : "n" + random.nextInt(100);
        };
    }

    private static JsonNode nested(JsonNode inner) {
        JsonNode json = inner;
        for (int i = 0; i < DEEP; i++) {
            json = i % 2 == 0 ? NODES.arrayNode().add(json) : NODES.objectNode().set("sweep", json);
        }
        return json;
    }

    private static List<String> names(ObjectNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
