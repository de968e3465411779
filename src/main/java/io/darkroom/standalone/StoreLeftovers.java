package io.darkroom.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a killed S3 server leaves behind. It writes an object as {@code <key>-<uuid>} beside its place, gives it its
 * attributes, links it into place and removes the first name. Killed in between, the first name stays and would be
 * listed as an object.
 */
final class StoreLeftovers {
    private static final Pattern TEMPORARY =
            Pattern.compile(".+-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    /** The attribute that is on every object whose upload was whole. */
    private static final String DIGEST = "content-md5";

    private StoreLeftovers() {}

    /**
     * Removes the leftovers below a folder. An object that merely is called so has a digest and one name, and stays.
     * Only to be called while no server runs there.
     */
    static void sweep(Path folder) throws IOException {
        List<Path> suspects;
        try (Stream<Path> tree = Files.walk(folder)) {
            suspects = tree.filter(path ->
                            TEMPORARY.matcher(path.getFileName().toString()).matches())
                    .filter(Files::isRegularFile)
                    .toList();
        }
        for (Path suspect : suspects) {
            if (isLeftover(suspect)) {
                Files.delete(suspect);
            }
        }
    }

    private static boolean isLeftover(Path file) throws IOException {
        if (hasTwoNames(file)) {
            return true;
        }
        UserDefinedFileAttributeView attributes = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        // Where the file system keeps no attributes there is no telling, and nothing is removed.
        return attributes != null
                && Files.getFileStore(file).supportsFileAttributeView(UserDefinedFileAttributeView.class)
                && !attributes.list().contains(DIGEST);
    }

    private static boolean hasTwoNames(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                && (int) Files.getAttribute(file, "unix:nlink") > 1;
    }
}
