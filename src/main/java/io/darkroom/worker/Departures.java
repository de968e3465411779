package io.darkroom.worker;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Who waits until some deliveries have ended. Of the delivery thread alone. */
final class Departures {
    private record Departure(Set<Running> here, CompletableFuture<Void> done) {}

    private final List<Departure> departures = new ArrayList<>();

    /** Completes the future once all of these have ended, at the next {@link #look} at the earliest. */
    void await(Set<Running> meant, CompletableFuture<Void> done) {
        departures.add(new Departure(new LinkedHashSet<>(meant), done));
    }

    /** A delivery has ended. */
    void left(Running running) {
        departures.forEach(departure -> departure.here().remove(running));
        look();
    }

    /** Completes what waits for nobody any more. */
    void look() {
        List<Departure> over =
                departures.stream().filter(d -> d.here().isEmpty()).toList();
        departures.removeAll(over);
        over.forEach(departure -> departure.done().complete(null));
    }
}
