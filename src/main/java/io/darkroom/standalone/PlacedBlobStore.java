package io.darkroom.standalone;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * A store over a folder, whose keys are paths: one that leads through an object, or is a folder, has no place there. That is
 * answered as the request's fault (400), not as the server's (500), which would be tried again for ever.
 */
final class PlacedBlobStore extends ForwardingBlobStore {
    private final Path folder;

    PlacedBlobStore(BlobStore files, Path folder) {
        super(files);
        this.folder = folder;
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        var unused = place(request.bucket(), request.key());
        return super.getBlob(request);
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        var unused = place(request.bucket(), request.key());
        return super.blobMetadata(request);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
        if (Files.isDirectory(place(request.bucket(), request.key()))) {
            throw new IllegalArgumentException(request.key() + " is a folder of other objects");
        }
        return super.putBlob(request, content);
    }

    /**
     * Where an object lies.
     *
     * @throws IllegalArgumentException where it has no place, which the server answers with 400
     */
    private Path place(String bucket, String key) {
        Path root = folder.resolve(bucket);
        // Throws the same where the system's character set has no such letters.
        Path place = root.resolve(key);
        for (Path part = place.getParent(); part != null && !part.equals(root); part = part.getParent()) {
            if (Files.isRegularFile(part)) {
                throw new IllegalArgumentException(key + " leads through an object, " + root.relativize(part));
            }
        }
        return place;
    }
}
