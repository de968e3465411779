package io.darkroom.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * CLIP's tokenizer from {@code vocab.json} and {@code merges.txt}: transformers' {@code CLIPTokenizer} where ftfy is not
 * installed. A text is split at tokens that were added to the vocabulary, cleaned ({@link BasicCleaner}), split into
 * words, single digits and runs of other signs, and each of those into byte pairs ({@link BytePairs}).
 */
public final class ClipTokenizer implements Tokenizer {
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";

    /** How many merges CLIP's vocabulary can have: 49,152 less two alphabets of bytes and two special tokens. */
    private static final int MAX_MERGES = 49152 - 256 - 2;

    private static final Pattern WORDS = Pattern.compile(
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, Integer> ids;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final Map<String, Integer> added;
    private final Pattern anyAdded;
    private final BytePairs pairs;
    private final int begin;
    private final int end;
    private final int pad;
    private final int unknown;
    private final int length;

    private ClipTokenizer(TokenizerFiles files, int defaultLength) {
        ids = files.vocabulary();
        List<String> merges = files.merges();
        pairs = new BytePairs(merges.subList(0, Math.min(MAX_MERGES, merges.size())));
        added = files.addedTokens();
        begin = special(files, "bos_token", BEGIN);
        end = special(files, "eos_token", END);
        unknown = special(files, "unk_token", END);
        pad = special(files, "pad_token", END);
        anyAdded = alternatives(added.keySet());
        ids.forEach((token, id) -> tokens.put(id, token));
        added.forEach((token, id) -> tokens.put(id, token));
        Integer given = files.maxLength();
        length = given == null ? defaultLength : given;
        if (length < 2) {
            throw new TokenizerFileException(files.path("tokenizer_config.json") + ": model_max_length: found " + length
                    + ", expected at least 2");
        }
    }

    /**
     * Reads a tokenizer's folder.
     *
     * @param defaultLength how many ids the encoder takes, where the folder does not say
     * @throws TokenizerFileException where a file is missing or unreadable
     */
    public static ClipTokenizer read(Path folder, int defaultLength) {
        return new ClipTokenizer(new TokenizerFiles(folder), defaultLength);
    }

    /** Special tokens count as added ones: they are never split, wherever they stand in a text. */
    private int special(TokenizerFiles files, String name, String otherwise) {
        String found = files.special(name);
        String token = found == null ? otherwise : found;
        Integer id = added.containsKey(token) ? added.get(token) : ids.get(token);
        if (id == null) {
            throw new TokenizerFileException(
                    files.path("vocab.json") + " has no " + name + ": \"" + token + "\" is not in it");
        }
        added.put(token, id);
        return id;
    }

    private static Pattern alternatives(Collection<String> added) {
        // The longest first, as transformers' trie finds them.
        return Pattern.compile(added.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public Tokens encode(String text, int length) {
        List<Integer> body = body(text);
        int room = length - 2;
        String cut = "";
        if (body.size() > room) {
            cut = BytePairs.decode(
                    body.subList(room, body.size()).stream().map(tokens::get).toList());
            body = body.subList(0, room);
        }
        List<Integer> padded = new ArrayList<>(length);
        padded.add(begin);
        padded.addAll(body);
        padded.add(end);
        padded.addAll(Collections.nCopies(length - padded.size(), pad));
        return new Tokens(padded, body.size() + 2, 2, cut);
    }

    private List<Integer> body(String text) {
        List<Integer> body = new ArrayList<>();
        Matcher matcher = anyAdded.matcher(text);
        int from = 0;
        while (matcher.find()) {
            words(text.substring(from, matcher.start()), body);
            body.add(added.getOrDefault(matcher.group(), unknown));
            from = matcher.end();
        }
        words(text.substring(from), body);
        return body;
    }

    private void words(String text, List<Integer> body) {
        Matcher matcher = WORDS.matcher(BasicCleaner.clean(text));
        while (matcher.find()) {
            String word = matcher.group();
            if (word.equals(BEGIN) || word.equals(END)) {
                body.add(ids.getOrDefault(word, unknown));
                continue;
            }
            for (String symbol : pairs.encode(word)) {
                body.add(ids.getOrDefault(symbol, unknown));
            }
        }
    }
}
