package io.darkroom.sampling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of golden cases: the repository's, or the one that the system property {@code darkroom.goldens} names. */
public final class Goldens {
    private Goldens() {}

    /** A folder or file in it, which may be missing. */
    public static Path path(String name) {
        String given = System.getProperty("darkroom.goldens", "");
        return (given.isBlank() ? Path.of("src/test/resources/goldens") : Path.of(given)).resolve(name);
    }

    /** The JSON files of a folder, sorted; none where the folder is missing. */
    public static List<Path> cases(String folder) {
        Path dir = path(folder);
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
