package io.darkroom.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What transformers' {@code BasicTokenizer(strip_accents=False, do_split_on_punc=False)} does to a text, which is what
 * {@code CLIPTokenizer} uses where ftfy is not installed: control characters go, white space becomes single spaces,
 * spaces come round each CJK ideograph, NFC, lower case.
 */
final class BasicCleaner {
    /** What Python's {@code str.split()} leaves: runs without {@code str.isspace()}. */
    private static final Pattern PYTHON_WORD = Pattern.compile(
            "[^\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+");

    private BasicCleaner() {}

    static String clean(String text) {
        StringBuilder kept = new StringBuilder(text.length() + 8);
        text.codePoints().forEach(c -> {
            if (c == 0 || c == 0xFFFD || isControl(c)) {
                return;
            }
            if (isSpace(c)) {
                kept.append(' ');
            } else if (isIdeograph(c)) {
                kept.append(' ').appendCodePoint(c).append(' ');
            } else {
                kept.appendCodePoint(c);
            }
        });
        List<String> words = new ArrayList<>();
        Matcher word = PYTHON_WORD.matcher(Normalizer.normalize(kept, Normalizer.Form.NFC));
        while (word.find()) {
            // Word by word, as Python does: a final sigma is final within its word.
            words.add(word.group().toLowerCase(Locale.ROOT));
        }
        return String.join(" ", words);
    }

    /**
     * Python's category C. Unassigned code points count there too, but what this JVM does not know yet is most likely an
     * emoji that a newer Unicode has, so only those that never will be characters are dropped.
     */
    private static boolean isControl(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE -> true;
            case Character.UNASSIGNED -> (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
            default -> false;
        };
    }

    private static boolean isSpace(int c) {
        return c == '\t' || c == '\n' || c == '\r' || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /** The blocks of CJK ideographs that BERT's tokenizer lists; kana and hangul are not among them. */
    private static boolean isIdeograph(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2B73F)
                || (c >= 0x2B740 && c <= 0x2B81F)
                || (c >= 0x2B820 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }
}
