package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/**
 * Where a request was read, as it stands in every terminal event.
 *
 * @param key the record's key as text, cut after 1,000 characters; null where it has none
 */
public record Source(String topic, int partition, long offset, @Nullable String key) {
    private static final int LONGEST_KEY = 1000;

    public Source {
        if (key != null && key.length() > LONGEST_KEY) {
            // Not between the halves of a surrogate pair.
            key = key.substring(0, key.offsetByCodePoints(0, key.codePointCount(0, LONGEST_KEY - 1))) + "…";
        }
    }
}
