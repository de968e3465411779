package io.darkroom.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A tokenizer from {@code tokenizer.json}, as transformers' fast tokenizers are: Hugging Face's own library does the
 * work. Cutting and padding are done here, as the pipelines ask for them, whatever the file says.
 */
final class FastTokenizer implements Tokenizer {
    private static final Cleaner CLEANER = Cleaner.create(task -> {
        Thread thread = new Thread(task, "tokenizer-cleaner");
        thread.setDaemon(true);
        return thread;
    });

    private final HuggingFaceTokenizer tokenizer;
    private final int length;
    private final int pad;
    private final int special;

    private FastTokenizer(HuggingFaceTokenizer tokenizer, int length, int pad) {
        this.special = tokenizer.encode("", true, false).getIds().length;
        this.tokenizer = tokenizer;
        this.length = length;
        this.pad = pad;
        // Lives as long as this object: whoever reads a model's folder drops it without closing.
        CLEANER.register(this, tokenizer::close);
    }

    /** From {@code tokenizer.json}. */
    static FastTokenizer read(TokenizerFiles files, int defaultLength) {
        return of(files, files.path("tokenizer.json"), files.tokenizer(), defaultLength);
    }

    /** From {@code spiece.model}. */
    static FastTokenizer readSentencePiece(TokenizerFiles files, int defaultLength) {
        Path path = files.path("spiece.model");
        return of(files, path, SentencePieceFile.read(path), defaultLength);
    }

    private static FastTokenizer of(TokenizerFiles files, Path path, JsonNode json, int defaultLength) {
        Integer given = files.maxLength();
        int length = given == null ? defaultLength : given;
        int pad = pad(files, path, json);
        try (InputStream in = new ByteArrayInputStream(json.toString().getBytes(StandardCharsets.UTF_8))) {
            return new FastTokenizer(
                    HuggingFaceTokenizer.newInstance(in, Map.of("padding", "false", "truncation", "false")),
                    length,
                    pad);
        } catch (IOException | RuntimeException e) {
            throw new TokenizerFileException(path + " cannot be read as a tokenizer: " + e.getMessage(), e);
        }
    }

    private static int pad(TokenizerFiles files, Path path, JsonNode json) {
        String given = files.special("pad_token");
        String token = given == null ? "<pad>" : given;
        for (JsonNode added : json.path("added_tokens")) {
            if (added.path("content").asText().equals(token) && added.path("id").isInt()) {
                return added.path("id").intValue();
            }
        }
        throw new TokenizerFileException(path + ": added_tokens: the pad_token \"" + token + "\" is not among them");
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public Tokens encode(String text, int length) {
        long[] all = tokenizer.encode(text, true, false).getIds();
        List<Integer> ids = new ArrayList<>(length);
        String cut = "";
        if (all.length > length) {
            LongStream.of(all).limit(length - 1L).forEach(id -> ids.add(Math.toIntExact(id)));
            ids.add(Math.toIntExact(all[all.length - 1]));
            cut = tokenizer
                    .decode(
                            LongStream.of(all)
                                    .skip(length - 1L)
                                    .limit(all.length - length)
                                    .toArray(),
                            true)
                    .strip();
        } else {
            LongStream.of(all).forEach(id -> ids.add(Math.toIntExact(id)));
        }
        int used = ids.size();
        ids.addAll(Collections.nCopies(length - used, pad));
        return new Tokens(ids, used, special, cut);
    }
}
