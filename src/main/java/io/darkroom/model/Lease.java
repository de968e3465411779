package io.darkroom.model;

/** A loaded model in use: it is not evicted before the lease is closed. Closing it again does nothing. */
public interface Lease<M> extends AutoCloseable {
    /** The loaded model; not to be used after the lease is closed. */
    M model();

    @Override
    void close();
}
