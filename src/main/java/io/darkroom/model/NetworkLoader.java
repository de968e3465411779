package io.darkroom.model;

/** Puts a model's networks on a device. */
public interface NetworkLoader {
    /**
     * Loads all networks of a folder.
     *
     * @throws ModelUnavailableException where a file is missing, cannot be read, or does not fit its config
     * @throws VaeException where the same holds for the variant's VAE
     * @throws LoraException where a LoRA of the variant cannot be used with it
     */
    Networks load(ModelFolder folder);
}
