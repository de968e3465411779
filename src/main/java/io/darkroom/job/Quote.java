package io.darkroom.job;

/** Text of others, made fit for a message: short, on one line, and valid Unicode. */
final class Quote {
    private static final int LONGEST = 60;

    private Quote() {}

    /** The text in double quotes, cut after 60 characters, with what cannot be shown replaced. */
    static String of(String text) {
        StringBuilder out = new StringBuilder("\"");
        int shown = 0;
        int at = 0;
        while (at < text.length() && shown < LONGEST) {
            int c = text.codePointAt(at);
            out.appendCodePoint(presentable(c) ? c : 0xFFFD);
            at += Character.charCount(c);
            shown++;
        }
        return out.append(at < text.length() ? "…\"" : "\"").toString();
    }

    /** Whether a text holds half of a surrogate pair, which no encoding of Unicode can carry. */
    static boolean brokenUnicode(String text) {
        return text.codePoints().anyMatch(Quote::surrogate);
    }

    private static boolean presentable(int c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && !surrogate(c)
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR;
    }

    private static boolean surrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }
}
