package io.darkroom.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values that are costly to make and immutable, by what they are made of: those that were used last. Thread safe. */
final class Latest<K, V> {
    private final Map<K, V> kept;

    /** @param most how many are kept */
    Latest(int most) {
        kept = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    /** The value of a key. Two threads may make the same: either will do. What {@code make} throws is not kept. */
    V get(K key, Function<K, V> make) {
        synchronized (kept) {
            @Nullable V known = kept.get(key);
            if (known != null) {
                return known;
            }
        }
        V made = make.apply(key);
        synchronized (kept) {
            kept.put(key, made);
        }
        return made;
    }
}
