package io.darkroom.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-level byte-pair encoding with an end-of-word mark (Sennrich et al. 2016, algorithm 1; GPT-2's byte alphabet;
 * CLIP's {@code </w>}): a word is its UTF-8 bytes, each written as one printable character, and the pair that was learnt
 * first is joined first.
 */
final class BytePairs {
    private static final String END = "</w>";
    private static final int REMEMBERED = 10_000;
    /** Characters: words that come again are no longer, and a long one takes a hundred times its text. */
    private static final int LONGEST_REMEMBERED = 32;

    private static final char[] ALPHABET = alphabet();
    private static final Map<Character, Byte> BYTES = bytes();

    private final Map<Pair, Merge> ranks;
    /** What each byte begins as; at a word's end with the mark. */
    private final String[] single = new String[ALPHABET.length];

    private final String[] last = new String[ALPHABET.length];
    private final Map<String, List<String>> remembered =
            Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
                    return size() > REMEMBERED;
                }
            });

    private record Pair(String left, String right) {}

    /** @param joined the one string for all words that hold it */
    private record Merge(int rank, String joined) {}

    /** @param merges two symbols with a space between, in the order in which they were learnt */
    BytePairs(List<String> merges) {
        ranks = new HashMap<>(merges.size() * 2);
        for (int i = 0; i < merges.size(); i++) {
            int space = merges.get(i).indexOf(' ');
            if (space < 0) {
                throw new IllegalArgumentException("merge " + (i + 1) + " is no pair: \"" + merges.get(i) + "\"");
            }
            String left = merges.get(i).substring(0, space);
            String right = merges.get(i).substring(space + 1).strip();
            ranks.putIfAbsent(new Pair(left, right), new Merge(i, left + right));
        }
        for (int b = 0; b < ALPHABET.length; b++) {
            single[b] = String.valueOf(ALPHABET[b]);
            last[b] = single[b] + END;
        }
    }

    /** The symbols of one word. */
    List<String> encode(String word) {
        List<String> known = remembered.get(word);
        if (known == null) {
            known = List.copyOf(join(symbols(word)));
            if (word.length() <= LONGEST_REMEMBERED) {
                remembered.put(word, known);
            }
        }
        return known;
    }

    private List<String> symbols(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        List<String> symbols = new ArrayList<>(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            symbols.add((i + 1 < bytes.length ? single : last)[bytes[i] & 0xFF]);
        }
        return symbols;
    }

    private List<String> join(List<String> symbols) {
        while (symbols.size() > 1) {
            Pair first = null;
            Merge merge = null;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Pair pair = new Pair(symbols.get(i), symbols.get(i + 1));
                Merge own = ranks.get(pair);
                if (own != null && (merge == null || own.rank() < merge.rank())) {
                    merge = own;
                    first = pair;
                }
            }
            if (first == null || merge == null) {
                break;
            }
            List<String> joined = new ArrayList<>(symbols.size());
            for (int i = 0; i < symbols.size(); i++) {
                if (i + 1 < symbols.size()
                        && symbols.get(i).equals(first.left())
                        && symbols.get(i + 1).equals(first.right())) {
                    joined.add(merge.joined());
                    i++;
                } else {
                    joined.add(symbols.get(i));
                }
            }
            symbols = joined;
        }
        return symbols;
    }

    /** Symbols as text again: {@code CLIPTokenizer.convert_tokens_to_string}. */
    static String decode(List<String> symbols) {
        String joined = String.join("", symbols);
        ByteBuffer bytes = ByteBuffer.allocate(joined.length());
        for (int i = 0; i < joined.length(); i++) {
            Byte b = BYTES.get(joined.charAt(i));
            if (b != null) {
                bytes.put(b);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .decode(bytes.flip())
                    .toString()
                    .replace(END, " ")
                    .strip();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("malformed input is replaced", e);
        }
    }

    /** GPT-2's {@code bytes_to_unicode}: printable Latin-1 stands for itself, the rest for what follows U+0100. */
    private static char[] alphabet() {
        char[] alphabet = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            alphabet[b] = (char) (printable ? b : next++);
        }
        return alphabet;
    }

    private static Map<Character, Byte> bytes() {
        Map<Character, Byte> bytes = new HashMap<>();
        for (int b = 0; b < 256; b++) {
            bytes.put(ALPHABET[b], (byte) b);
        }
        return bytes;
    }
}
