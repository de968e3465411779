package io.darkroom.model;

/** Puts a model's networks on a device. */
public interface NetworkLoader {
    /**
     * Loads all networks of a folder.
     *
     * @throws ModelUnavailableException where a file is missing, cannot be read, or does not fit its config
     */
    Networks load(ModelFolder folder);
}
