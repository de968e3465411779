package io.darkroom.standalone;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server in this process, on 127.0.0.1, over a folder: a bucket is a folder, an object a file. It stops when it is
 * closed.
 */
public final class StandaloneStore implements AutoCloseable {
    private final S3Proxy server;
    private final BlobStore files;

    private StandaloneStore(S3Proxy server, BlobStore files) {
        this.server = server;
        this.files = files;
    }

    /**
     * Starts a server and creates the bucket if it is not there yet.
     *
     * @param folder where the buckets are; created if it is not there
     * @param port the port on 127.0.0.1; 0 takes a free one
     * @throws StandaloneException if the port is taken, or the folder or the bucket's name cannot be used
     */
    public static StandaloneStore start(Path folder, int port, StoreAccess access) {
        Ports.requireFree(Ports.LOOPBACK, port, Setting.S3_PORT);
        requireBucketName(access.bucket());
        try {
            Files.createDirectories(folder);
            StoreLeftovers.sweep(folder);
        } catch (IOException e) {
            throw new StandaloneException("Cannot use the store's folder " + folder + " (" + e + ")", e);
        }
        BlobStore files = new PlacedBlobStore(new FilesystemNio2BlobStore(folder.toString()), folder);
        S3Proxy server = S3Proxy.builder()
                .endpoint(URI.create("http://" + Ports.LOOPBACK + ":" + port))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, access.accessKey(), access.secretKey())
                .blobStore(files)
                .build();
        StandaloneStore store = new StandaloneStore(server, files);
        boolean ready = false;
        try {
            if (!files.containerExists(access.bucket())) {
                files.createContainer(access.bucket());
            }
            server.start();
            ready = true;
            return store;
        } catch (Exception e) {
            throw new StandaloneException("Cannot start the S3 server on port " + port + " (" + e + ")", e);
        } finally {
            if (!ready) {
                store.close();
            }
        }
    }

    /** Where clients find the server; buckets are in the path, not in the host's name. */
    public URI endpoint() {
        return URI.create("http://" + Ports.LOOPBACK + ":" + server.getPort());
    }

    /** Stops the server; everything that it confirmed is in its folder. */
    @Override
    public void close() {
        try (files) {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server did not stop", e);
        }
    }

    private static void requireBucketName(String bucket) {
        if (!bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new StandaloneException(Setting.STORAGE_BUCKET + " is \"" + bucket
                    + "\"; accepted are 3 to 63 of a-z, 0-9, '.' and '-', a letter or digit first and last");
        }
    }
}
