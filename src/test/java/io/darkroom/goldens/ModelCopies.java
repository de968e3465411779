package io.darkroom.goldens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Copies of model folders, to be changed. */
public final class ModelCopies {
    private ModelCopies() {}

    /** Copies a folder with all that is in it; the target's parents are made. */
    public static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }

    /** Copies one of the goldens' pipelines. */
    public static Path copy(String pipeline, Path to) throws IOException {
        return copy(Goldens.repository().resolve("pipelines").resolve(pipeline), to);
    }

    /** Puts the VAE of one of the goldens' pipelines into a model's folder, as another one. */
    public static void addVae(Path model, String name, String pipeline) throws IOException {
        Path from = Goldens.repository().resolve("pipelines").resolve(pipeline);
        for (String half : new String[] {"vae_decoder", "vae_encoder"}) {
            copy(from.resolve(half), model.resolve("vaes").resolve(name).resolve(half));
        }
    }
}
