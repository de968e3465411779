package io.darkroom.pipeline;

import io.darkroom.model.Denoiser;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model's networks, with a VAE that works in tiles. */
record TiledNetworks(Networks networks, VaeTiling tiling) implements Networks {

    /** The networks, in tiles where there is a tiling. */
    static Networks of(Optional<VaeTiling> tiling, Networks networks) {
        return tiling.<Networks>map(t -> new TiledNetworks(networks, t)).orElse(networks);
    }

    @Override
    public Map<String, TextEncoder> textEncoders() {
        return networks.textEncoders();
    }

    @Override
    public Denoiser denoiser() {
        return networks.denoiser();
    }

    @Override
    public LatentDecoder decoder() {
        return tiling.over(networks.decoder());
    }

    @Override
    public @Nullable LatentEncoder encoder() {
        LatentEncoder encoder = networks.encoder();
        return encoder == null ? null : tiling.over(encoder);
    }

    @Override
    public Map<String, String> leftOut() {
        return networks.leftOut();
    }

    @Override
    public void close() {
        networks.close();
    }
}
