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
    private static final char[] ALPHABET = alphabet();
    private static final Map<Character, Byte> BYTES = bytes();

    private final Map<Pair, Integer> ranks;
    private final Map<String, List<String>> remembered =
            Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
                    return size() > REMEMBERED;
                }
            });

    private record Pair(String left, String right) {}

    /** @param merges two symbols with a space between, in the order in which they were learnt */
    BytePairs(List<String> merges) {
        ranks = new HashMap<>(merges.size() * 2);
        for (int i = 0; i < merges.size(); i++) {
            int space = merges.get(i).indexOf(' ');
            if (space < 0) {
                throw new IllegalArgumentException("merge " + (i + 1) + " is no pair: \"" + merges.get(i) + "\"");
            }
            ranks.putIfAbsent(
                    new Pair(
                            merges.get(i).substring(0, space),
                            merges.get(i).substring(space + 1).strip()),
                    i);
        }
    }

    /** The symbols of one word. */
    List<String> encode(String word) {
        List<String> known = remembered.get(word);
        if (known == null) {
            known = List.copyOf(join(symbols(word)));
            remembered.put(word, known);
        }
        return known;
    }

    private List<String> symbols(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(String.valueOf(ALPHABET[b & 0xFF]));
        }
        int last = symbols.size() - 1;
        symbols.set(last, symbols.get(last) + END);
        return symbols;
    }

    private List<String> join(List<String> symbols) {
        while (symbols.size() > 1) {
            Pair first = null;
            int rank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Pair pair = new Pair(symbols.get(i), symbols.get(i + 1));
                int r = ranks.getOrDefault(pair, Integer.MAX_VALUE);
                if (r < rank) {
                    rank = r;
                    first = pair;
                }
            }
            if (first == null) {
                break;
            }
            List<String> joined = new ArrayList<>(symbols.size());
            for (int i = 0; i < symbols.size(); i++) {
                if (i + 1 < symbols.size()
                        && symbols.get(i).equals(first.left())
                        && symbols.get(i + 1).equals(first.right())) {
                    joined.add(first.left() + first.right());
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
