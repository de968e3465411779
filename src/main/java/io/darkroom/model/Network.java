package io.darkroom.model;

/**
 * One network of a model on a device. Calls block until the device has answered; a network is called by one thread at a
 * time. Each call throws {@link DeviceMemoryException} where the device has not enough memory for it, and
 * {@link DeviceException} where the device fails in another way; after the first a smaller batch may be tried.
 */
public interface Network extends AutoCloseable {
    /** The element type of the network's floats. */
    ElementType elementType();

    /**
     * Gives back memory that the runtime keeps for later calls, as far as it can; takes about as long as the smallest call
     * that was made since the last time.
     */
    void shrink();

    /** Frees the network's memory. Nothing may be called afterwards. */
    @Override
    void close();
}
