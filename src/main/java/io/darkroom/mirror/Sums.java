package io.darkroom.mirror;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a {@code SHA256SUMS} in a model's folder, as {@code sha256sum} writes it, says of the files there. */
final class Sums {
    private static final String FILE = "SHA256SUMS";
    private static final Pattern LINE = Pattern.compile("([0-9a-fA-F]{64}) [ *](?:\\./)?(.+)");

    private Sums() {}

    /**
     * Holds every model against its own.
     *
     * @throws ModelSourceException where a file is missing in the bucket, or is another one
     */
    static void require(List<Wanted> models, SourceFolder folder) throws IOException {
        Map<String, Wanted> byPath = new HashMap<>();
        models.forEach(file -> byPath.put(file.path(), file));
        for (Wanted file : models) {
            if (file.path().endsWith("/" + FILE)
                    && file.path().indexOf('/') == file.path().lastIndexOf('/')) {
                String model = file.path().substring(0, file.path().indexOf('/') + 1);
                for (String line : Files.readAllLines(folder.file(file.id()))) {
                    Matcher sum = LINE.matcher(line);
                    if (sum.matches()) {
                        require(file, byPath.get(model + sum.group(2)), sum, folder);
                    }
                }
            }
        }
    }

    private static void require(Wanted sums, @Nullable Wanted named, Matcher sum, SourceFolder folder)
            throws IOException {
        if (named == null) {
            throw new ModelSourceException(
                    sums.object().key() + " names " + sum.group(2) + ", which is not in the bucket");
        }
        String found = folder.digest(named.id()).orElse("");
        if (!found.equalsIgnoreCase(sum.group(1))) {
            throw new ModelSourceException(named.object().key() + " has the SHA-256 " + found + "; "
                    + sums.object().key() + " says " + sum.group(1));
        }
    }
}
