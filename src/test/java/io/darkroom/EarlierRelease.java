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
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** The data folder of a standalone process of an earlier release, as {@code upgrades/README.md} tells. */
final class EarlierRelease {
    /** The store's notes on its files: path, name and value in base64. */
    private static final String ATTRIBUTES = "attributes.tsv";

    private EarlierRelease() {}

    /** Puts a release's data folder there. */
    static void unpack(String release, Path folder) throws IOException {
        unpack(
                Objects.requireNonNull(EarlierRelease.class.getResourceAsStream("/upgrades/" + release + ".zip.gz")),
                folder);
    }

    static void unpack(InputStream archive, Path folder) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new GZIPInputStream(archive))) {
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

    /** Writes an archive, of a release whose process has stopped. */
    static void pack(Path folder, Path archive) throws IOException {
        StringBuilder attributes = new StringBuilder();
        try (ZipOutputStream zip = new ZipOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)));
                Stream<Path> walk = Files.walk(folder)) {
            // What repeats from file to file is for the outer compression.
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (Path each : walk.sorted().filter(path -> !path.equals(folder)).toList()) {
                String name = folder.relativize(each).toString().replace('\\', '/');
                boolean directory = Files.isDirectory(each);
                zip.putNextEntry(new ZipEntry(directory ? name + "/" : name));
                if (!directory) {
                    Files.copy(each, zip);
                    attributes.append(attributes(each, name));
                }
            }
            zip.putNextEntry(new ZipEntry(ATTRIBUTES));
            zip.write(attributes.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String attributes(Path file, String name) throws IOException {
        var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        StringBuilder lines = new StringBuilder();
        for (String attribute : view.list()) {
            ByteBuffer value = ByteBuffer.allocate(view.size(attribute));
            view.read(attribute, value);
            lines.append(name)
                    .append('\t')
                    .append(attribute)
                    .append('\t')
                    .append(Base64.getEncoder().encodeToString(value.array()))
                    .append('\n');
        }
        return lines.toString();
    }

    private static void note(Path folder, String... columns) throws IOException {
        if (columns.length == 3) {
            Files.getFileAttributeView(folder.resolve(columns[0]), UserDefinedFileAttributeView.class)
                    .write(columns[1], ByteBuffer.wrap(Base64.getDecoder().decode(columns[2])));
        }
    }
}
