package io.darkroom.sampling;

import org.jspecify.annotations.Nullable;

/** A value of others, short enough for a message that still says what would be accepted. */
public final class Shown {
    private static final int LONGEST = 60;

    private Shown() {}

    /** The value as text, cut after 60 characters. */
    public static String of(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.codePointCount(0, text.length()) <= LONGEST
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "…";
    }
}
