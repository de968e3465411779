package io.darkroom.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The LoRAs of a model's folder: {@code loras/<name>.safetensors}, or as diffusers saves one,
 * {@code loras/<name>/pytorch_lora_weights.safetensors}. Safe for use from any thread.
 */
public final class LoraFolder {
    private static final String SUFFIX = ".safetensors";
    private static final String SAVED = "pytorch_lora_weights" + SUFFIX;

    private final Path folder;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** A header that was read, and of which state of the file. */
    private record Known(FileTime time, long size, LoraFile lora) {}

    LoraFolder(Path folder) {
        this.folder = folder;
    }

    /** The names there are now. */
    public NavigableSet<String> names() {
        NavigableSet<String> names = new TreeSet<>();
        if (!Files.isDirectory(folder)) {
            return names;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = String.valueOf(entry.getFileName()).replace("/", "");
                if (Files.isRegularFile(entry) && name.endsWith(SUFFIX)) {
                    names.add(name.substring(0, name.length() - SUFFIX.length()));
                } else if (Files.isRegularFile(entry.resolve(SAVED))) {
                    names.add(name);
                }
            }
            return names;
        } catch (IOException e) {
            throw new ModelUnavailableException(folder + " cannot be read: " + e, e);
        }
    }

    /** Where one lies; its name may end in {@code .safetensors} or not. */
    Optional<Path> file(String name) {
        String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        if (!names().contains(stem)) {
            return Optional.empty(); // also what could be no file's name
        }
        return Stream.of(folder.resolve(stem + SUFFIX), folder.resolve(stem).resolve(SAVED))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * Reads one's header, once for as long as its file stays the same.
     *
     * @throws LoraException where there is none of that name, or it cannot be used
     */
    public LoraFile read(String name) {
        Path file = file(name).orElseThrow(() -> {
            NavigableSet<String> names = names();
            return LoraException.invalid(
                    name,
                    names.isEmpty()
                            ? "there are no LoRAs: " + folder + " holds no " + SUFFIX + " files"
                            : "there is no such LoRA; there are " + String.join(", ", names));
        });
        try {
            FileTime time = Files.getLastModifiedTime(file);
            long size = Files.size(file);
            Known before = known.get(name);
            if (before != null && before.time().equals(time) && before.size() == size) {
                return before.lora();
            }
            LoraFile lora = LoraFile.read(name, file);
            known.put(name, new Known(time, size, lora));
            return lora;
        } catch (IOException e) {
            throw LoraException.invalid(name, file.getFileName() + " cannot be read: " + e);
        }
    }
}
