package io.darkroom.engine;

import io.darkroom.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Which jobs that begin at the same time have their texts encoded together. */
final class TextBatches {
    /**
     * Plans whose texts share a call, so that what was encoded is still kept when the last of them begins. Nothing measures
     * what such a call needs, so that it must not grow with the sweeps that happen to begin together.
     */
    private static final int MOST = 8;

    private TextBatches() {}

    /** Groups of at least two, each of one model. A job that is to be alone is in none. */
    static List<List<Flight>> of(List<Flight> opened) {
        IdentityHashMap<Pipeline, List<List<Flight>>> byPipeline = new IdentityHashMap<>();
        for (Flight flight : opened) {
            if (!flight.alone()) {
                List<List<Flight>> groups = byPipeline.computeIfAbsent(flight.pipeline, p -> new ArrayList<>());
                if (groups.isEmpty() || plans(groups.get(groups.size() - 1)) + flight.plans.size() > MOST) {
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

    private static int plans(List<Flight> flights) {
        return flights.stream().mapToInt(f -> f.plans.size()).sum();
    }
}
