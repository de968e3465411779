package io.darkroom.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request exchanges or adds in a model: together with the model's name it says which networks are needed. Models
 * are loaded, kept and evicted by it, and rows share a call only within one.
 *
 * @param vae the name of another VAE in the model's folder; null for the model's own
 */
public record Variant(@Nullable String vae) {
    /** The model as it lies there. */
    public static final Variant PLAIN = new Variant(null);

    /** The same with another VAE; null for the model's own. */
    public Variant withVae(@Nullable String name) {
        return new Variant(name);
    }

    /** How people read it; empty where it is plain. */
    public Optional<String> label() {
        return vae == null ? Optional.empty() : Optional.of("vae " + vae);
    }
}
