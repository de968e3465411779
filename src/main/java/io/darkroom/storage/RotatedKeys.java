package io.darkroom.storage;

import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.Credentials;
import io.minio.credentials.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.ProviderException;
import org.jspecify.annotations.Nullable;

/**
 * Keys in a file that may be replaced at any time. The file's time of change is asked for with each request; its content
 * is read when that differs. A file that is missing or half written costs nothing as long as there are keys from before.
 */
final class RotatedKeys implements Provider {
    private record Known(FileTime changed, Credentials keys) {}

    private final Path file;
    private final Provider reader;
    private volatile @Nullable Known known;

    RotatedKeys(Path file) {
        this.file = file;
        this.reader = new AwsConfigProvider(file.toString(), "default");
    }

    @Override
    public Credentials fetch() {
        Known before = known;
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            if (before != null && before.changed().equals(changed)) {
                return before.keys();
            }
            Known now = new Known(changed, reader.fetch());
            known = now;
            return now.keys();
        } catch (IOException | RuntimeException e) {
            if (before != null) {
                return before.keys();
            }
            throw new ProviderException("darkroom.storage.credentials-file " + file + " cannot be read", e);
        }
    }
}
