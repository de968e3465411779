package io.darkroom;

import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.eclipse.microprofile.config.spi.ConfigSourceProvider;

/**
 * Reads the {@code application.properties} that lies beside the packaged application. It goes before the one inside,
 * and behind {@code config/application.properties} in the working directory, the environment and system properties.
 */
public final class BesideTheJarConfig implements ConfigSourceProvider {
    private static final String JAR = "quarkus-run.jar";

    /** Between the file inside the application (250) and the one in the working directory's config folder (260). */
    private static final int ORDINAL = 255;

    @Override
    public Iterable<ConfigSource> getConfigSources(ClassLoader loader) {
        // Started with -jar, the class path is the jar as it was named.
        Path jar = Path.of(System.getProperty("java.class.path", "").split(java.io.File.pathSeparator, 2)[0]);
        if (!jar.endsWith(JAR)) {
            return List.of();
        }
        Path file = jar.toAbsolutePath().resolveSibling("application.properties");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try {
            return List.of(new PropertiesConfigSource(file.toUri().toURL(), ORDINAL));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
