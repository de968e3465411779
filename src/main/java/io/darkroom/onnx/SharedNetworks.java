package io.darkroom.onnx;

import io.darkroom.model.Network;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Networks by what they are, each opened once and closed when nobody uses it any more. Thread safe. */
final class SharedNetworks {
    private final Map<Object, Shared> open = new HashMap<>();

    /** A network and how many use it. Guarded by the map's owner. */
    private static final class Shared {
        final Network network;
        int users;

        Shared(Network network) {
            this.network = network;
        }
    }

    /**
     * Takes a network into use.
     *
     * @param identity what it is: two of the same are the same network, of the same type
     * @param loader opens it where it is not open
     */
    @SuppressWarnings("unchecked")
    synchronized <N extends Network> Use<N> use(Object identity, Supplier<N> loader) {
        Shared shared = open.get(identity);
        if (shared == null) {
            shared = new Shared(loader.get());
            open.put(identity, shared);
        }
        shared.users++;
        return new Use<>(identity, (N) shared.network);
    }

    private synchronized void giveBack(Object identity) {
        Shared shared = open.get(identity);
        if (shared != null && --shared.users == 0) {
            open.remove(identity);
            shared.network.close();
        }
    }

    /** A network in use. Closed once. */
    final class Use<N extends Network> implements AutoCloseable {
        private final Object identity;
        private final N network;

        private Use(Object identity, N network) {
            this.identity = identity;
            this.network = network;
        }

        N network() {
            return network;
        }

        @Override
        public void close() {
            giveBack(identity);
        }
    }
}
