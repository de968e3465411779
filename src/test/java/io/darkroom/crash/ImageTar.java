package io.darkroom.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** An image as {@code jib:buildTar} writes it: a list of layers and what a container is started with. */
final class ImageTar {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, byte[]> entries = new HashMap<>();
    private final JsonNode manifest;

    /** Reads it whole. */
    ImageTar(Path tar) throws IOException {
        try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        this.manifest = json("manifest.json").path(0);
    }

    /** What a container is started with: {@code User}, {@code Entrypoint}, {@code Env}, {@code Labels}, … */
    JsonNode config() throws IOException {
        return json(manifest.path("Config").asText()).path("config");
    }

    /** Unpacks all layers, the lower ones first, and returns the files' paths. */
    List<String> unpack(Path root) throws IOException {
        List<String> files = new ArrayList<>();
        for (JsonNode layer : manifest.path("Layers")) {
            byte[] content = entries.get(layer.asText());
            if (content == null) {
                throw new IOException("the image lacks its layer " + layer.asText());
            }
            try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(content));
                    TarArchiveInputStream in = new TarArchiveInputStream(plain)) {
                for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    unpack(root.resolve(entry.getName()), entry, in);
                    if (!entry.isDirectory()) {
                        files.add("/" + entry.getName());
                    }
                }
            }
        }
        return files;
    }

    private static void unpack(Path to, TarArchiveEntry entry, InputStream in) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(to);
            return;
        }
        Files.createDirectories(to.getParent());
        Files.copy(in, to);
        if ((entry.getMode() & 0100) != 0) {
            Files.setPosixFilePermissions(
                    to,
                    Set.of(
                            PosixFilePermission.OWNER_READ,
                            PosixFilePermission.OWNER_EXECUTE,
                            PosixFilePermission.GROUP_READ,
                            PosixFilePermission.GROUP_EXECUTE,
                            PosixFilePermission.OTHERS_READ,
                            PosixFilePermission.OTHERS_EXECUTE));
        }
    }

    private JsonNode json(String entry) throws IOException {
        return JSON.readTree(entries.get(entry));
    }
}
