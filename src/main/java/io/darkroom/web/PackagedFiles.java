package io.darkroom.web;

import io.darkroom.job.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A few files that come with the application, read once. Which they are stands in the folder's {@code files.txt}, so that
 * no name that a caller gives is ever looked up as a path.
 */
final class PackagedFiles {
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/schema+json",
            "yaml", "application/yaml");

    /** One file. */
    record File(Bytes content, String mediaType, String sha256) {}

    private final Map<String, File> files;

    private PackagedFiles(Map<String, File> files) {
        this.files = Map.copyOf(files);
    }

    /**
     * The files of a folder of the class path.
     *
     * @throws UncheckedIOException where one that is listed is not there
     */
    static PackagedFiles in(String folder) {
        Map<String, File> files = new LinkedHashMap<>();
        new String(read(folder + "/files.txt"), StandardCharsets.UTF_8)
                .lines()
                .forEach(name -> files.put(name, file(folder + "/" + name)));
        return new PackagedFiles(files);
    }

    private static File file(String path) {
        Bytes content = Bytes.of(read(path));
        String type = MEDIA_TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalStateException("no media type is known for " + path);
        }
        return new File(content, type, content.sha256());
    }

    private static byte[] read(String path) {
        try (InputStream in = PackagedFiles.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException(path + " is not in the application");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file by its name; empty where there is none of it. */
    Optional<File> find(String name) {
        return Optional.ofNullable(files.get(name));
    }
}
