package io.darkroom.pipeline;

import io.darkroom.model.TextEncoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Encodes each text once and keeps those encodings that were used last: so many, and of so many bytes. Used by the one thread
 * that owns the device.
 */
final class TextCache {
    private static final int KEPT = 64;
    /** Those of some negative prompts and of the texts under way, also by T5-XXL, of which one with 512 tokens takes 8 MiB. */
    private static final long KEPT_BYTES = 64L << 20;

    /**
     * A text, and what is wanted of it: all hidden states together are megabytes.
     *
     * @param ids as the encoder takes them
     * @param outputs by name
     */
    record Key(List<Integer> ids, Set<String> outputs) {}

    private final TextEncoder encoder;
    /** The one that was not used for the longest first. */
    private final Map<Key, TextEncoder.Encoding> kept = new LinkedHashMap<>(16, 0.75f, true);

    private long keptBytes;

    TextCache(TextEncoder encoder) {
        this.encoder = encoder;
    }

    /** What has to agree for texts to share a call: what is wanted, and how long they are, as {@code max_sequence_length} says. */
    private record Call(Set<String> outputs, int length) {}

    /** The encodings of some texts; those that are not known yet in one call for all that want the same. */
    Map<Key, TextEncoder.Encoding> encode(List<Key> texts) {
        Map<Key, TextEncoder.Encoding> found = new LinkedHashMap<>();
        Map<Call, LinkedHashSet<List<Integer>>> missing = new LinkedHashMap<>();
        for (Key text : texts) {
            TextEncoder.Encoding encoding = kept.get(text);
            if (encoding == null) {
                missing.computeIfAbsent(new Call(text.outputs(), text.ids().size()), c -> new LinkedHashSet<>())
                        .add(text.ids());
            } else {
                found.put(text, encoding);
            }
        }
        missing.forEach((call, ids) -> {
            List<List<Integer>> batch = new ArrayList<>(ids);
            List<TextEncoder.Encoding> encodings = encoder.encode(batch, call.outputs());
            for (int i = 0; i < batch.size(); i++) {
                Key key = new Key(batch.get(i), call.outputs());
                keep(key, encodings.get(i));
                found.put(key, encodings.get(i));
            }
        });
        return found;
    }

    private void keep(Key key, TextEncoder.Encoding encoding) {
        kept.put(key, encoding);
        keptBytes += bytes(encoding);
        Iterator<TextEncoder.Encoding> eldest = kept.values().iterator();
        while (kept.size() > KEPT || keptBytes > KEPT_BYTES) {
            keptBytes -= bytes(eldest.next());
            eldest.remove();
        }
    }

    private static long bytes(TextEncoder.Encoding encoding) {
        return encoding.outputs().values().stream()
                .mapToLong(output -> (long) Float.BYTES * output.size())
                .sum();
    }
}
