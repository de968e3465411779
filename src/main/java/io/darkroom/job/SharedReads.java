package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.RenderRequest.Guider;
import io.darkroom.job.RenderRequest.Scheduler;
import java.util.IdentityHashMap;
import java.util.function.Supplier;

/**
 * The schedulers and guiders of one request, each read once: a sweep's request is read again for every picture, and all
 * of them share what may be long. Not for several threads.
 */
final class SharedReads {
    private final IdentityHashMap<JsonNode, Scheduler> schedulers = new IdentityHashMap<>();
    private final IdentityHashMap<JsonNode, Guider> guiders = new IdentityHashMap<>();

    Scheduler scheduler(JsonNode json, Supplier<Scheduler> read) {
        return schedulers.computeIfAbsent(json, first -> read.get());
    }

    Guider guider(JsonNode json, Supplier<Guider> read) {
        return guiders.computeIfAbsent(json, first -> read.get());
    }
}
