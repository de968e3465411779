package io.darkroom.mirror;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where models are kept: below a prefix of a bucket a folder each, or a single model at the prefix itself.
 *
 * @param prefix without slashes at its ends; empty for the whole bucket
 */
public record ModelSource(String bucket, String prefix) {
    /** What {@link #parse} takes. */
    public static final String ACCEPTED = "s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?";

    private static final Pattern FORM = Pattern.compile(ACCEPTED);

    /**
     * Reads {@code s3://bucket} or {@code s3://bucket/prefix}.
     *
     * @throws IllegalArgumentException where it is anything else
     */
    public static ModelSource parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" names no place of models; accepted is s3://bucket or s3://bucket/prefix");
        }
        String prefix = form.group(2);
        return new ModelSource(form.group(1), prefix == null ? "" : prefix.replaceAll("^/+|/+$", ""));
    }

    /** What the keys of its objects begin with. */
    String keyPrefix() {
        return prefix.isEmpty() ? "" : prefix + "/";
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
