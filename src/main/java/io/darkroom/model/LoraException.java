package io.darkroom.model;

/**
 * A LoRA cannot be used with a model: it is not there, no safetensors file, of a kind that is not served, or does not fit
 * the model's weights. A fault of the request that named it.
 */
public class LoraException extends RuntimeException {
    private final String lora;
    private final boolean unsupported;

    private LoraException(String lora, String message, boolean unsupported) {
        super("\"" + lora + "\": " + message);
        this.lora = lora;
        this.unsupported = unsupported;
    }

    /** One that is wrong. */
    static LoraException invalid(String lora, String message) {
        return new LoraException(lora, message, false);
    }

    /** One that is sound, but of a kind that is not served. */
    static LoraException unsupported(String lora, String message) {
        return new LoraException(lora, message, true);
    }

    /** One that does not fit a model; the message says what was found and what was expected. */
    public static LoraException unfitting(String lora, String message) {
        return new LoraException(lora, message, false);
    }

    /** Its name, as the request calls it. */
    public String lora() {
        return lora;
    }

    /** Whether it is sound, but of a kind that is not served. */
    public boolean isUnsupported() {
        return unsupported;
    }
}
