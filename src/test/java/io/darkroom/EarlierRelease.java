package io.darkroom;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Base64;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The data folder of a standalone process of an earlier release, as {@code upgrades/README.md} tells. */
final class EarlierRelease {
    /** The store's notes on its files: path, name and value in base64. */
    private static final String ATTRIBUTES = "attributes.tsv";

    private EarlierRelease() {}

    /** Puts a release's data folder there. */
    static void unpack(String release, Path folder) throws IOException {
        try (InputStream resource = EarlierRelease.class.getResourceAsStream("/upgrades/" + release + ".zip.gz");
                ZipInputStream zip = new ZipInputStream(new GZIPInputStream(Objects.requireNonNull(resource)))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(ATTRIBUTES)) {
                    for (String line : new String(zip.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                        note(folder, line.split("\t", -1));
                    }
                } else if (entry.isDirectory()) {
                    Files.createDirectories(folder.resolve(entry.getName()));
                } else {
                    Files.copy(zip, folder.resolve(entry.getName()));
                }
            }
        }
    }

    private static void note(Path folder, String... columns) throws IOException {
        if (columns.length == 3) {
            Files.getFileAttributeView(folder.resolve(columns[0]), UserDefinedFileAttributeView.class)
                    .write(columns[1], ByteBuffer.wrap(Base64.getDecoder().decode(columns[2])));
        }
    }
}
