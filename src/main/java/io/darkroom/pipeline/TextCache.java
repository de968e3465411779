package io.darkroom.pipeline;

import io.darkroom.model.TextEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Encodes each text once and keeps the least old encodings. Used by the one thread that owns the device. */
final class TextCache {
    private static final int KEPT = 64;

    private final TextEncoder encoder;
    private final Map<List<Integer>, TextEncoder.Encoding> kept = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Integer>, TextEncoder.Encoding> eldest) {
            return size() > KEPT;
        }
    };

    TextCache(TextEncoder encoder) {
        this.encoder = encoder;
    }

    /** The encodings of some texts, by their ids; those that are not known yet in one call. */
    Map<List<Integer>, TextEncoder.Encoding> encode(List<List<Integer>> texts) {
        Map<List<Integer>, TextEncoder.Encoding> found = new LinkedHashMap<>();
        LinkedHashSet<List<Integer>> missing = new LinkedHashSet<>();
        for (List<Integer> text : texts) {
            TextEncoder.Encoding encoding = kept.get(text);
            if (encoding == null) {
                missing.add(text);
            } else {
                found.put(text, encoding);
            }
        }
        if (!missing.isEmpty()) {
            List<List<Integer>> batch = new ArrayList<>(missing);
            List<TextEncoder.Encoding> encodings = encoder.encode(batch);
            for (int i = 0; i < batch.size(); i++) {
                kept.put(batch.get(i), encodings.get(i));
                found.put(batch.get(i), encodings.get(i));
            }
        }
        return found;
    }
}
