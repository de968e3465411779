package io.darkroom.pipeline;

import io.darkroom.model.ElementType;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import io.darkroom.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The loaded text encoders of a family, each with a cache of what it gave. */
final class Encoders {
    private final Family family;
    private final Map<String, TextCache> caches = new HashMap<>();
    private final ElementType type;

    /**
     * Finds them.
     *
     * @param wanted texts as requests will have them, for what is wanted of each encoder
     * @throws ModelUnavailableException where one is not there or has not these outputs
     */
    Encoders(Family family, Networks networks, List<Family.Text> wanted) {
        this.family = family;
        for (Family.Text text : wanted) {
            String name = text.encoder();
            TextEncoder encoder = networks.textEncoders().get(name);
            if (encoder == null) {
                throw new ModelUnavailableException(family.folder().index().file() + ": " + name
                        + ": nothing found, expected a component; " + family.name() + " has one");
            }
            if (!encoder.outputs().containsAll(text.outputs())) {
                throw new ModelUnavailableException(family.folder().graph(name) + " does not fit: outputs: found "
                        + encoder.outputs() + ", expected " + text.outputs());
            }
            caches.computeIfAbsent(name, n -> new TextCache(encoder));
        }
        this.type = Objects.requireNonNull(networks.textEncoders().get("text_encoder"))
                .elementType();
    }

    /** The type of the first one's output, which diffusers takes for the embeddings. */
    ElementType elementType() {
        return type;
    }

    /**
     * Weighted texts ({@link WeightedText}) as conditionings.
     *
     * @param texts for one encoder, of which one output is wanted
     * @param chunks how many of the encoder's lengths each of them is given
     * @return [chunks * length, width] each, in order
     */
    List<Tensor> encodeWeighted(List<Family.Text> texts, List<Integer> chunks) {
        List<Tensor> embeddings = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Family.Text text = texts.get(i);
            String output = text.outputs().iterator().next();
            Tokenizer tokenizer = family.tokenizers().of(text);
            WeightedText weighted = WeightedText.of(text.text(), tokenizer);
            List<TextCache.Key> keys = weighted.ids(tokenizer, chunks.get(i)).stream()
                    .map(ids -> new TextCache.Key(ids, text.outputs()))
                    .toList();
            Map<TextCache.Key, TextEncoder.Encoding> encoded =
                    Objects.requireNonNull(caches.get(text.encoder())).encode(keys);
            List<Tensor> states = keys.stream()
                    .map(key -> Objects.requireNonNull(encoded.get(key)).output(output))
                    .toList();
            embeddings.add(weighted.weighted(states, type == ElementType.FLOAT16));
        }
        return embeddings;
    }

    /** The encodings of texts, in order; those of one encoder in one call. */
    List<TextEncoder.Encoding> encode(List<Family.Text> texts) {
        Map<String, List<TextCache.Key>> byEncoder = new LinkedHashMap<>();
        List<TextCache.Key> keys = new ArrayList<>();
        for (Family.Text text : texts) {
            TextCache.Key key =
                    new TextCache.Key(family.tokenizers().tokens(text).ids(), text.outputs());
            keys.add(key);
            byEncoder.computeIfAbsent(text.encoder(), e -> new ArrayList<>()).add(key);
        }
        Map<String, Map<TextCache.Key, TextEncoder.Encoding>> encoded = new HashMap<>();
        byEncoder.forEach((encoder, own) ->
                encoded.put(encoder, Objects.requireNonNull(caches.get(encoder)).encode(own)));
        List<TextEncoder.Encoding> encodings = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Map<TextCache.Key, TextEncoder.Encoding> own =
                    Objects.requireNonNull(encoded.get(texts.get(i).encoder()));
            encodings.add(Objects.requireNonNull(own.get(keys.get(i))));
        }
        return encodings;
    }
}
