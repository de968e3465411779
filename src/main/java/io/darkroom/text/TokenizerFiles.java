package io.darkroom.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of one tokenizer folder, as transformers writes them. */
final class TokenizerFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** No encoder takes as many: they stand for "no limit", for which transformers writes 10^30. */
    private static final double NO_LIMIT = 1 << 20;

    private final Path folder;
    private final JsonNode config;
    private final JsonNode special;

    TokenizerFiles(Path folder) {
        this.folder = folder;
        this.config = optional("tokenizer_config.json");
        this.special = optional("special_tokens_map.json");
    }

    boolean has(String file) {
        return Files.isRegularFile(folder.resolve(file));
    }

    Path path(String file) {
        return folder.resolve(file);
    }

    /** {@code vocab.json}: ids by token. */
    Map<String, Integer> vocabulary() {
        Map<String, Integer> ids = new HashMap<>();
        json("vocab.json").properties().forEach(e -> {
            if (!e.getValue().isInt()) {
                throw new TokenizerFileException(folder.resolve("vocab.json") + ": \"" + e.getKey() + "\": found "
                        + e.getValue() + ", expected an id");
            }
            ids.put(e.getKey(), e.getValue().intValue());
        });
        return ids;
    }

    /** {@code tokenizer.json}. */
    JsonNode tokenizer() {
        return json("tokenizer.json");
    }

    /** {@code merges.txt} without its first line, the version. */
    List<String> merges() {
        try {
            String text = Files.readString(folder.resolve("merges.txt"), StandardCharsets.UTF_8);
            // Not lines(): symbols may hold other characters that Java takes for the end of a line.
            List<String> lines = List.of(text.strip().split("\n", -1));
            return lines.subList(1, lines.size());
        } catch (IOException e) {
            throw new TokenizerFileException(folder.resolve("merges.txt") + " cannot be read: " + e, e);
        }
    }

    /** {@code model_max_length}; null where there is none or no limit. */
    @Nullable
    Integer maxLength() {
        JsonNode length = config.path("model_max_length");
        return length.isNumber() && length.doubleValue() < NO_LIMIT ? length.intValue() : null;
    }

    /** A special token's text, by its name, {@code pad_token}; null where no file says. */
    @Nullable
    String special(String name) {
        for (JsonNode source : List.of(config, special)) {
            JsonNode token = source.path(name);
            JsonNode text = token.isObject() ? token.path("content") : token;
            if (text.isTextual()) {
                return text.textValue();
            }
        }
        return null;
    }

    /** {@code added_tokens_decoder}: tokens that are never split, with their ids. */
    Map<String, Integer> addedTokens() {
        Map<String, Integer> added = new HashMap<>();
        config.path("added_tokens_decoder").properties().forEach(e -> {
            String content = e.getValue().path("content").textValue();
            if (content != null && !content.isEmpty()) {
                added.put(content, Integer.valueOf(e.getKey()));
            }
        });
        return added;
    }

    private JsonNode optional(String file) {
        return has(file) ? json(file) : MissingNode.getInstance();
    }

    private JsonNode json(String file) {
        Path path = folder.resolve(file);
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(path));
            if (!json.isObject()) {
                throw new TokenizerFileException(path + ": found " + json.getNodeType() + ", expected a JSON object");
            }
            return json;
        } catch (IOException e) {
            throw new TokenizerFileException(path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
