package io.darkroom.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that a LoRA's tensors have in files: diffusers' (PEFT's {@code lora_A} and {@code lora_B}, and the older
 * {@code lora.down}, {@code lora_linear_layer.down} and {@code processor.to_q_lora.down}), and kohya's
 * ({@code lora_unet_…​.lora_down.weight}). Modules are told apart by their path with underscores for dots, which is all
 * that kohya's names keep.
 */
final class LoraKeys {
    private LoraKeys() {}

    /** What a tensor is to its module: A, B and alpha in W + alpha / rank * B A (Hu et al. 2021). */
    enum Role {
        DOWN,
        UP,
        ALPHA
    }

    /**
     * A tensor's place.
     *
     * @param component {@code unet}, {@code transformer}, {@code text_encoder}, {@code text_encoder_2}, …
     * @param path the module's, with dots in diffusers' names and without in kohya's
     */
    record Key(String component, String path, Role role) {
        /** Of the same form for all names. */
        String module() {
            return path.replace('.', '_');
        }
    }

    private static final Map<String, Role> SUFFIXES = new LinkedHashMap<>();
    private static final Map<String, String> PREFIXES = new LinkedHashMap<>();
    private static final Pattern PROCESSOR =
            Pattern.compile("(.*?)(?:\\.processor)?\\.to_(q|k|v|out)_lora\\.(down|up)\\.weight");

    static {
        SUFFIXES.put(".lora_A.weight", Role.DOWN);
        SUFFIXES.put(".lora_B.weight", Role.UP);
        SUFFIXES.put(".lora_A.default.weight", Role.DOWN);
        SUFFIXES.put(".lora_B.default.weight", Role.UP);
        SUFFIXES.put(".lora_down.weight", Role.DOWN);
        SUFFIXES.put(".lora_up.weight", Role.UP);
        SUFFIXES.put(".lora.down.weight", Role.DOWN);
        SUFFIXES.put(".lora.up.weight", Role.UP);
        SUFFIXES.put(".lora_linear_layer.down.weight", Role.DOWN);
        SUFFIXES.put(".lora_linear_layer.up.weight", Role.UP);
        SUFFIXES.put(".alpha", Role.ALPHA);

        PREFIXES.put("lora_unet_", "unet");
        PREFIXES.put("lora_te_", "text_encoder");
        PREFIXES.put("lora_te1_", "text_encoder");
        PREFIXES.put("lora_te2_", "text_encoder_2");
        PREFIXES.put("unet.", "unet");
        PREFIXES.put("transformer.", "transformer");
        PREFIXES.put("text_encoder.", "text_encoder");
        PREFIXES.put("text_encoder_2.", "text_encoder_2");
        PREFIXES.put("text_encoder_3.", "text_encoder_3");
    }

    /** What a name says; empty where it is none of a LoRA's. */
    static Optional<Key> parse(String name) {
        for (Map.Entry<String, Role> suffix : SUFFIXES.entrySet()) {
            if (name.endsWith(suffix.getKey())) {
                String module =
                        name.substring(0, name.length() - suffix.getKey().length());
                return Optional.of(key(module, suffix.getValue()));
            }
        }
        Matcher processor = PROCESSOR.matcher(name);
        if (!processor.matches()) {
            return Optional.empty();
        }
        Role role = processor.group(3).equals("down") ? Role.DOWN : Role.UP;
        Key attention = key(processor.group(1), role);
        String projection = attention.component().startsWith("text_encoder")
                ? processor.group(2) + "_proj"
                : "to_" + (processor.group(2).equals("out") ? "out.0" : processor.group(2));
        return Optional.of(new Key(attention.component(), attention.path() + "." + projection, role));
    }

    /** Names without a prefix are the UNet's: so diffusers' first LoRA files were. */
    private static Key key(String module, Role role) {
        for (Map.Entry<String, String> prefix : PREFIXES.entrySet()) {
            if (module.startsWith(prefix.getKey())) {
                return new Key(
                        prefix.getValue(), module.substring(prefix.getKey().length()), role);
            }
        }
        return new Key("unet", module, role);
    }
}
