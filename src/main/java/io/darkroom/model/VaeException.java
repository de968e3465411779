package io.darkroom.model;

/** Another VAE of a model's folder cannot be loaded. A fault of the request that named it, unless the model's defaults do. */
public class VaeException extends RuntimeException {
    /**
     * @param vae its name, as the request calls it
     * @param cause what is wrong with its files
     */
    public VaeException(String vae, ModelUnavailableException cause) {
        super("\"" + vae + "\": cannot be used: " + cause.getMessage(), cause);
    }
}
