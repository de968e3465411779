package io.darkroom.job;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which keys, prefixes, buckets and names a request may give, so that none leaves its place. */
final class ObjectKeys {
    /** What S3 takes. */
    private static final int LONGEST_KEY = 1024;
    /** What a store takes whose keys are files. */
    private static final int LONGEST_PART = 255;

    private static final int LONGEST_NAME = 255;
    /** Leaves room for a job's folder and file names below it. */
    private static final int LONGEST_PREFIX = 512;

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern SLASHES = Pattern.compile("[/\\\\]");

    private ObjectKeys() {}

    /** What is expected of a key instead; null where it is good. */
    static @Nullable String problemOfKey(String key) {
        return problem(key, LONGEST_KEY);
    }

    /** What is expected of a prefix instead; null where it is good. */
    static @Nullable String problemOfPrefix(String prefix) {
        return problem(prefix, LONGEST_PREFIX);
    }

    /** Whether a text can be a bucket's name. */
    static boolean isBucket(String name) {
        return BUCKET.matcher(name).matches() && !name.contains("..");
    }

    /**
     * Whether a text can be the name of one file or folder of a model, with nothing that leads elsewhere. Its characters are
     * counted, as JSON Schema does: what has more bytes than a file's name can have is one that no model has.
     */
    static boolean isName(String name) {
        return !name.isEmpty()
                && name.codePointCount(0, name.length()) <= LONGEST_NAME
                && !name.startsWith(".")
                && !name.contains(":")
                && !SLASHES.matcher(name).find()
                && !Quote.brokenUnicode(name)
                && name.codePoints().noneMatch(Character::isISOControl);
    }

    private static @Nullable String problem(String key, int longest) {
        if (key.isEmpty() || key.getBytes(StandardCharsets.UTF_8).length > longest || Quote.brokenUnicode(key)) {
            return "1 to " + longest + " bytes of text";
        }
        if (key.codePoints().anyMatch(Character::isISOControl)) {
            return "a key without control characters";
        }
        String[] segments = SLASHES.split(key, -1);
        if (segments[0].isEmpty()) {
            return "a key that does not begin with a slash";
        }
        for (String segment : segments) {
            if (segment.equals("..") || segment.equals(".") || segment.isEmpty()) {
                return "a key without \"..\", \".\" or empty parts";
            }
            if (segment.getBytes(StandardCharsets.UTF_8).length > LONGEST_PART) {
                return "a key whose parts between slashes have at most " + LONGEST_PART + " bytes";
            }
        }
        if (segments[0].toLowerCase(Locale.ROOT).equals(".darkroom")) {
            return "a key outside of .darkroom/, which is the workers' own";
        }
        return null;
    }
}
