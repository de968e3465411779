package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/** Text of others, made fit for a message: short, on one line, and valid Unicode. */
public final class Quote {
    /** Characters of others in a message of ours. */
    static final int LONGEST = 60;

    private static final int LONGEST_LINE = 300;
    private static final int LONGEST_PARAGRAPH = 2000;
    private static final int REPLACEMENT = 0xFFFD;

    private Quote() {}

    /** The text in double quotes, cut after 60 characters. */
    static String of(String text) {
        return '"' + bare(text) + '"';
    }

    /** The text without quotes, cut after 60 characters. */
    static String bare(String text) {
        return shorten(text, LONGEST);
    }

    /** A message of others as one line, cut after 300 characters. */
    static String line(@Nullable String text) {
        return text == null ? "no message" : shorten(text, LONGEST_LINE);
    }

    /** A message in which something of others may stand as one line of the log, cut after 2,000 characters. */
    public static String logged(String text) {
        return shorten(text, LONGEST_PARAGRAPH);
    }

    /** A message of ours in which something of others may stand, cut after 2,000 characters. */
    static String paragraph(String text) {
        return text.length() <= LONGEST_PARAGRAPH ? carried(text) : shorten(text, LONGEST_PARAGRAPH);
    }

    /** The text, with what no encoding of Unicode can carry replaced. */
    static String carried(String text) {
        return brokenUnicode(text)
                ? text.codePoints()
                        .map(c -> surrogate(c) ? REPLACEMENT : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : text;
    }

    /** Whether a text holds half of a surrogate pair, which no encoding of Unicode can carry. */
    static boolean brokenUnicode(String text) {
        return text.codePoints().anyMatch(Quote::surrogate);
    }

    private static String shorten(String text, int longest) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int shown = 0; at < text.length() && shown < longest; shown++) {
            int c = text.codePointAt(at);
            out.appendCodePoint(presentable(c) ? c : REPLACEMENT);
            at += Character.charCount(c);
        }
        return out.append(at < text.length() ? "…" : "").toString();
    }

    private static boolean presentable(int c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && !surrogate(c)
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }

    private static boolean surrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }
}
