package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads networks whose calls have fixed numbers of rows. With {@code darkroom.engine.fixed-rows} each call of the denoiser
 * has that many, and each text and picture a call of its own, so that what a device computes for a job does not depend on
 * its neighbours, to the last bit. Else, on a device that searches for algorithms shape by shape, the denoiser's calls
 * keep to the rungs of the {@link RowLadder}.
 */
public final class RowLoader implements NetworkLoader {
    private final NetworkLoader loader;
    private final OptionalInt fixed;

    private RowLoader(NetworkLoader loader, OptionalInt fixed) {
        this.loader = loader;
        this.fixed = fixed;
    }

    /**
     * Every call of the denoiser has the same number of rows.
     *
     * @param rows at least 1
     */
    public static NetworkLoader fixed(NetworkLoader loader, int rows) {
        return new RowLoader(loader, OptionalInt.of(rows));
    }

    /** Keeps to the ladder's rungs. */
    public static NetworkLoader rungs(NetworkLoader loader) {
        return new RowLoader(loader, OptionalInt.empty());
    }

    @Override
    public Networks load(ModelFolder folder) {
        Networks networks = loader.load(folder);
        if (fixed.isEmpty()) {
            return new Loaded(
                    networks,
                    networks.textEncoders(),
                    PaddedRows.rungs(networks.denoiser()),
                    networks.decoder(),
                    networks.encoder());
        }
        Map<String, TextEncoder> encoders = new LinkedHashMap<>();
        networks.textEncoders().forEach((name, encoder) -> encoders.put(name, new OneText(encoder)));
        LatentEncoder encoder = networks.encoder();
        return new Loaded(
                networks,
                encoders,
                PaddedRows.fixed(networks.denoiser(), fixed.getAsInt()),
                new OneDecoded(networks.decoder()),
                encoder == null ? null : new OneEncoded(encoder));
    }

    private record Loaded(
            Networks networks,
            Map<String, TextEncoder> textEncoders,
            Denoiser denoiser,
            LatentDecoder decoder,
            @Nullable LatentEncoder encoder)
            implements Networks {
        @Override
        public Map<String, String> leftOut() {
            return networks.leftOut();
        }

        @Override
        public void close() {
            networks.close();
        }
    }

    private record OneText(TextEncoder encoder) implements TextEncoder {
        @Override
        public List<Encoding> encode(List<List<Integer>> ids, Set<String> wanted) {
            return ids.stream()
                    .map(one -> encoder.encode(List.of(one), wanted).get(0))
                    .toList();
        }

        @Override
        public Set<String> outputs() {
            return encoder.outputs();
        }

        @Override
        public ElementType elementType() {
            return encoder.elementType();
        }

        @Override
        public void shrink() {
            encoder.shrink();
        }

        @Override
        public void close() {
            encoder.close();
        }
    }

    private record OneDecoded(LatentDecoder decoder) implements LatentDecoder {
        @Override
        public List<Tensor> decode(List<Tensor> latents) {
            return latents.stream()
                    .map(one -> decoder.decode(List.of(one)).get(0))
                    .toList();
        }

        @Override
        public ElementType elementType() {
            return decoder.elementType();
        }

        @Override
        public void shrink() {
            decoder.shrink();
        }

        @Override
        public void close() {
            decoder.close();
        }
    }

    private record OneEncoded(LatentEncoder encoder) implements LatentEncoder {
        @Override
        public boolean sampled() {
            return encoder.sampled();
        }

        @Override
        public List<Tensor> encode(List<Tensor> pictures) {
            return pictures.stream()
                    .map(one -> encoder.encode(List.of(one)).get(0))
                    .toList();
        }

        @Override
        public ElementType elementType() {
            return encoder.elementType();
        }

        @Override
        public void shrink() {
            encoder.shrink();
        }

        @Override
        public void close() {
            encoder.close();
        }
    }
}
