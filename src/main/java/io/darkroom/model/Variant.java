package io.darkroom.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request exchanges or adds in a model: together with the model's name it says which networks are needed. Models
 * are loaded, kept and evicted by it, and rows share a call only within one.
 *
 * @param vae the name of another VAE in the model's folder; null for the model's own
 * @param loras fused into the weights, in this order; those of scale 0 change nothing and are left out
 */
public record Variant(@Nullable String vae, List<Lora> loras) {
    /** The model as it lies there. */
    public static final Variant PLAIN = new Variant(null, List.of());

    public Variant {
        loras = loras.stream().filter(lora -> lora.scale() != 0).toList();
    }

    /**
     * A LoRA of the model's folder.
     *
     * @param scale multiplies what it adds to the weights
     */
    public record Lora(String name, double scale) {
        @Override
        public String toString() {
            return name + " x " + scale;
        }
    }

    /** The same with another VAE; null for the model's own. */
    public Variant withVae(@Nullable String name) {
        return new Variant(name, loras);
    }

    /** The same with these LoRAs instead. */
    public Variant withLoras(List<Lora> others) {
        return new Variant(vae, others);
    }

    /** How people read it; empty where it is plain. */
    public Optional<String> label() {
        List<String> parts = new ArrayList<>();
        if (vae != null) {
            parts.add("vae " + vae);
        }
        loras.forEach(lora -> parts.add("lora " + lora));
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }
}
