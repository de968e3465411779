package io.darkroom.pipeline;

import io.darkroom.model.Config;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * {@code AutoencoderKL.enable_tiling}: large pictures go through the VAE in tiles, which takes less memory and changes
 * the picture a little. Whether it is done follows from the model's own settings and the size alone, never from the
 * memory that happens to be free. Off, unless {@code darkroom.json} says {@code "vae_tiling": true}, or names some of the
 * three numbers below in an object.
 *
 * @param sampleSize {@code tile_sample_min_size}, the side of a tile in pixels
 * @param latentSize {@code tile_latent_min_size}, the same in latents
 * @param overlap {@code tile_overlap_factor}, which share of a tile its neighbour covers too; 0 or more, below 1
 */
record VaeTiling(int sampleSize, int latentSize, double overlap) {
    static final String KEY = "vae_tiling";
    private static final String SAMPLE_SIZE = "tile_sample_min_size";
    private static final String LATENT_SIZE = "tile_latent_min_size";
    private static final String OVERLAP = "tile_overlap_factor";
    private static final double DEFAULT_OVERLAP = 0.25;

    /**
     * What a folder's settings ask for; empty where they do not.
     *
     * @throws ModelUnavailableException where they make no sense, or tiles would not fit together
     */
    static Optional<VaeTiling> of(ModelFolder folder) {
        Object value = folder.defaults().get(KEY);
        if (value == null || value.equals(false)) {
            return Optional.empty();
        }
        Map<String, Object> given = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> given.put(String.valueOf(k), v));
        } else if (!value.equals(true)) {
            throw unfitting(folder, "", value, "true, false or an object");
        }
        for (Map.Entry<String, Object> entry : given.entrySet()) {
            boolean whole = Set.of(SAMPLE_SIZE, LATENT_SIZE).contains(entry.getKey());
            if (!whole && !entry.getKey().equals(OVERLAP)) {
                throw unfitting(
                        folder,
                        "." + entry.getKey(),
                        entry.getValue(),
                        SAMPLE_SIZE + ", " + LATENT_SIZE + " and " + OVERLAP + " alone");
            }
            if (whole ? !(entry.getValue() instanceof Integer n && n > 0) : !(entry.getValue() instanceof Number)) {
                throw unfitting(
                        folder, "." + entry.getKey(), entry.getValue(), whole ? "a whole number above 0" : "a number");
            }
        }
        VaeTiling tiling = defaults(folder.config("vae_decoder")).with(given);
        tiling.check(folder, Autoencoder.of(folder).factor());
        return Optional.of(tiling);
    }

    /** As the constructor of {@code AutoencoderKL} sets them. */
    static VaeTiling defaults(Config vae) {
        int sample = vae.integer("sample_size");
        return new VaeTiling(sample, sample / (1 << (vae.length("block_out_channels") - 1)), DEFAULT_OVERLAP);
    }

    /** With other numbers, by diffusers' names. */
    VaeTiling with(Map<String, Object> given) {
        return new VaeTiling(
                ((Number) given.getOrDefault(SAMPLE_SIZE, sampleSize)).intValue(),
                ((Number) given.getOrDefault(LATENT_SIZE, latentSize)).intValue(),
                ((Number) given.getOrDefault(OVERLAP, overlap)).doubleValue());
    }

    /** diffusers does not check: tiles that do not fit together give a picture of another size than was asked for. */
    private void check(ModelFolder folder, int factor) {
        if (!(overlap >= 0 && overlap < 1)) {
            throw unfitting(folder, "." + OVERLAP, overlap, "a number from 0 to below 1");
        }
        if (sampleSize != latentSize * factor) {
            throw unfitting(
                    folder,
                    "." + SAMPLE_SIZE,
                    sampleSize,
                    (latentSize * factor) + ", that is " + LATENT_SIZE + " " + latentSize + " times " + factor
                            + ", as this VAE scales");
        }
        if (decoding().step() * factor != decoding().limit()
                || encoding().step() != encoding().limit() * factor) {
            throw unfitting(
                    folder,
                    "." + OVERLAP,
                    overlap,
                    "a share of which " + LATENT_SIZE + " " + latentSize + " gives a whole number, such as "
                            + DEFAULT_OVERLAP + " of 8");
        }
    }

    private static ModelUnavailableException unfitting(ModelFolder folder, String key, Object value, String expected) {
        return new ModelUnavailableException(folder.root().resolve(ModelFolder.DEFAULTS) + ": " + KEY + key + ": found "
                + value + ", expected " + expected);
    }

    Tiles decoding() {
        int blend = (int) (sampleSize * overlap);
        return new Tiles(latentSize, (int) (latentSize * (1 - overlap)), blend, sampleSize - blend);
    }

    /** Pixels of the largest tile of a picture. */
    int largest(int width, int height) {
        return Math.min(width, sampleSize) * Math.min(height, sampleSize);
    }

    Tiles encoding() {
        int blend = (int) (latentSize * overlap);
        return new Tiles(sampleSize, (int) (sampleSize * (1 - overlap)), blend, latentSize - blend);
    }

    /** What is said of a picture of this size; nothing where it is no larger than a tile. */
    List<Warning> warnings(int width, int height) {
        return encoding().cuts(height, width)
                ? List.of(new Warning(
                        KEY,
                        "the VAE works in tiles, as this model's settings say, which changes the"
                                + " picture a little: " + SAMPLE_SIZE + " " + sampleSize + ", " + LATENT_SIZE + " "
                                + latentSize
                                + ", " + OVERLAP + " " + overlap))
                : List.of();
    }

    /** A decoder that works in tiles. */
    LatentDecoder over(LatentDecoder decoder) {
        return new LatentDecoder() {
            @Override
            public List<Tensor> decode(List<Tensor> latents) {
                return byShape(latents, same -> decoding().through(same, decoder::decode));
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
        };
    }

    /** An encoder that works in tiles. */
    LatentEncoder over(LatentEncoder encoder) {
        return new LatentEncoder() {
            @Override
            public boolean sampled() {
                return encoder.sampled();
            }

            @Override
            public List<Tensor> encode(List<Tensor> pictures) {
                return byShape(pictures, same -> encoding().through(same, encoder::encode));
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
        };
    }

    private static List<Tensor> byShape(List<Tensor> tensors, UnaryOperator<List<Tensor>> call) {
        Tensor[] results = new Tensor[tensors.size()];
        Map<List<Integer>, List<Integer>> indices = new LinkedHashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            indices.computeIfAbsent(
                            Arrays.stream(tensors.get(i).shape()).boxed().toList(), s -> new ArrayList<>())
                    .add(i);
        }
        indices.values().forEach(own -> {
            List<Tensor> made = call.apply(own.stream().map(tensors::get).toList());
            for (int i = 0; i < own.size(); i++) {
                results[own.get(i)] = made.get(i);
            }
        });
        return List.of(results);
    }
}
