package io.darkroom.engine;

import io.darkroom.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Which jobs that begin at the same time have their texts encoded together. */
final class TextBatches {
    /** So that what was encoded is still kept when the last of them begins. */
    private static final int MOST = 8;

    private TextBatches() {}

    /** Groups of at least two, each of one model. A job that is to be alone is in none. */
    static List<List<Flight>> of(List<Flight> opened) {
        IdentityHashMap<Pipeline, List<List<Flight>>> byPipeline = new IdentityHashMap<>();
        for (Flight flight : opened) {
            if (!flight.alone()) {
                List<List<Flight>> groups = byPipeline.computeIfAbsent(flight.pipeline, p -> new ArrayList<>());
                if (groups.isEmpty() || groups.get(groups.size() - 1).size() == MOST) {
                    groups.add(new ArrayList<>());
                }
                groups.get(groups.size() - 1).add(flight);
            }
        }
        return byPipeline.values().stream()
                .flatMap(List::stream)
                .filter(g -> g.size() > 1)
                .toList();
    }
}
