package io.darkroom.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every recorded prompt gives the ids that transformers' CLIPTokenizer gives without ftfy. */
@Tag("golden")
class TokenizerGoldenTest {
    private static final Map<String, String> FOLDERS = Map.of("clip", "clip", "clip_tiny", "clip-tiny");

    @TestFactory
    Stream<DynamicTest> equalsTransformersWithoutFtfy() {
        Path cases = Goldens.root().resolve("tokenizers").resolve("cases.json");
        if (!Files.exists(cases)) {
            return Stream.empty();
        }
        JsonNode sets = Goldens.json(cases);
        return FOLDERS.entrySet().stream().filter(e -> sets.has(e.getKey())).flatMap(e -> {
            Tokenizer tokenizer = ClipTokenizer.read(Goldens.find("tokenizers/" + e.getValue()), 77);
            JsonNode set = sets.get(e.getKey());
            return IntStream.range(0, set.size())
                    .mapToObj(i -> DynamicTest.dynamicTest(
                            e.getKey() + " " + i + ": " + set.get(i).get("prompt"),
                            () -> check(tokenizer, set.get(i))));
        });
    }

    @TestFactory
    Stream<DynamicTest> aFolderWithTokenizerJsonAloneEqualsTheFastTokenizer(@TempDir Path directory)
            throws IOException {
        Path cases = Goldens.root().resolve("tokenizers").resolve("cases.json");
        Path folder = Goldens.find("tokenizers/clip-tiny");
        if (!Files.exists(cases) || !Files.exists(folder.resolve("tokenizer.json"))) {
            return Stream.empty();
        }
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(folder.resolve(file), directory.resolve(file));
        }
        Tokenizer tokenizer = Tokenizers.read(directory, 77);
        JsonNode set = Goldens.json(cases).path("clip_tiny");
        return IntStream.range(0, set.size()).mapToObj(set::get).map(golden -> {
            JsonNode fast = golden.get("fast").isTextual() ? golden.get("slow_no_ftfy") : golden.get("fast");
            return DynamicTest.dynamicTest("fast: " + golden.get("prompt"), () -> {
                Tokenizer.Tokens tokens = tokenizer.encode(golden.get("prompt").textValue());

                assertThat(tokens.ids().subList(0, tokens.used())).isEqualTo(integers(fast.get("ids")));
                assertThat(tokens.ids()).hasSize(77).endsWith(1023);
            });
        });
    }

    /** T5 from either file alone gives what transformers' fast tokenizer gives. */
    @TestFactory
    Stream<DynamicTest> t5FromEitherOfItsFiles(@TempDir Path directory) throws IOException {
        Path cases = Goldens.root().resolve("tokenizers").resolve("cases.json");
        Path folder = Goldens.find("tokenizers/t5-tiny");
        if (!Files.exists(cases) || !Files.isDirectory(folder)) {
            return Stream.empty();
        }
        JsonNode set = Goldens.json(cases).path("t5_tiny");
        List<DynamicTest> tests = new ArrayList<>();
        for (String file : List.of("tokenizer.json", "spiece.model")) {
            Path alone = Files.createDirectory(directory.resolve(file));
            Files.copy(folder.resolve(file), alone.resolve(file));
            Tokenizer tokenizer = Tokenizers.read(alone, 77);
            for (JsonNode golden : set) {
                JsonNode fast = golden.get("fast");
                tests.add(DynamicTest.dynamicTest(file + ": " + golden.get("prompt"), () -> {
                    Tokenizer.Tokens tokens =
                            tokenizer.encode(golden.get("prompt").textValue());

                    assertThat(tokens.ids().subList(0, tokens.used())).isEqualTo(integers(fast.get("ids")));
                }));
            }
        }
        return tests.stream();
    }

    private static void check(Tokenizer tokenizer, JsonNode golden) {
        Tokenizer.Tokens tokens = tokenizer.encode(golden.get("prompt").textValue());

        List<Integer> expected = integers(golden.get("slow_no_ftfy").get("ids"));
        assertThat(tokens.ids().subList(0, tokens.used())).isEqualTo(expected);
        if (golden.has("padded_77_slow_no_ftfy")) {
            assertThat(tokens.ids()).isEqualTo(integers(golden.get("padded_77_slow_no_ftfy")));
        }
        if (golden.has("untruncated_length_slow_no_ftfy")) {
            boolean fits = golden.get("untruncated_length_slow_no_ftfy").intValue() <= tokenizer.length();
            assertThat(tokens.cut().isEmpty()).isEqualTo(fits);
        }
    }

    private static List<Integer> integers(JsonNode list) {
        List<Integer> values = new ArrayList<>();
        list.forEach(v -> values.add(v.intValue()));
        return values;
    }
}
