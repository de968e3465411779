package io.darkroom.goldens;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of golden cases: the repository's, or another one of the same form named by the system property
 * {@code darkroom.goldens}, which may hold only some of the sub-folders.
 */
public final class Goldens {
    private static final ObjectMapper JSON = JsonMapper.builder()
            // Python writes Infinity and NaN.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private Goldens() {}

    /** The folder that the run is about. */
    public static Path root() {
        String chosen = System.getProperty("darkroom.goldens", "");
        return chosen.isBlank() ? repository() : Path.of(chosen).toAbsolutePath();
    }

    /** The folder in the repository. */
    public static Path repository() {
        return Path.of("src", "test", "resources", "goldens").toAbsolutePath();
    }

    /** A file or folder of the chosen goldens, or of the repository's where those lack it. */
    public static Path find(String path) {
        Path chosen = root().resolve(path);
        return Files.exists(chosen) ? chosen : repository().resolve(path);
    }

    /** All case files below the chosen folder, sorted: JSON files that lie in a folder called {@code cases}. */
    public static List<Path> cases() {
        try (Stream<Path> files = Files.walk(root())) {
            return files.filter(f -> f.toString().endsWith(".json"))
                    .filter(f -> f.getParent() != null
                            && String.valueOf(f.getParent().getFileName()).equals("cases"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a JSON file. */
    public static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
