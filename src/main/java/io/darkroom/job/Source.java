package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/**
 * Where a request was read, as it stands in every terminal event.
 *
 * @param key the record's key as text; null where it has none
 */
public record Source(String topic, int partition, long offset, @Nullable String key) {}
