package io.darkroom.mirror;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * One source's part of the cache, which processes share:
 *
 * <pre>
 * lock            held by the one that looks after the rest
 * files/ID        a content, whole and never changed; ID.sha256: its digest, as sha256sum writes it
 * partial/ID      a content that is still coming
 * used/PROCESS/   a process's models: hard links to files; PROCESS.lock is held for as long as it lives
 * </pre>
 *
 * So a content can be replaced while somebody reads the old one, and what no living process uses shows by itself: it has
 * no link but its own. All but {@link #tree} is done while holding the lock.
 */
final class SourceFolder {
    private static final Logger LOG = Logger.getLogger(SourceFolder.class);
    private static final String LOCK = ".lock";
    private static final String DIGEST = ".sha256";

    private final Path root;
    private final String process = UUID.randomUUID().toString();

    SourceFolder(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** Where this process finds its models, once they are linked. */
    Path tree() {
        return root.resolve("used").resolve(process);
    }

    Path file(String id) {
        return root.resolve("files").resolve(id);
    }

    Path partial(String id) {
        return root.resolve("partial").resolve(id);
    }

    void create() throws IOException {
        for (String folder : List.of("files", "partial", "used")) {
            Files.createDirectories(root.resolve(folder));
        }
    }

    HeldLock lock(Progress progress) throws IOException, InterruptedException {
        return HeldLock.take(root.resolve("lock"), progress);
    }

    Optional<HeldLock> tryLock() throws IOException {
        return HeldLock.tryTake(root.resolve("lock"));
    }

    /** Says that this process lives, until it is closed or the process ends. */
    HeldLock claim() throws IOException {
        return HeldLock.tryTake(root.resolve("used").resolve(process + LOCK))
                .orElseThrow(() -> new IOException(tree() + " is in use by another process"));
    }

    /** The digest of a content that is there. */
    Optional<String> digest(String id) throws IOException {
        Path noted = file(id + DIGEST);
        if (!Files.isRegularFile(file(id)) || !Files.isRegularFile(noted)) {
            return Optional.empty();
        }
        return Optional.of(Files.readString(noted).split(" ", 2)[0]);
    }

    /** A content has come whole, and has that digest. */
    void accept(String id, String sha256) throws IOException {
        Path noted = file(id + DIGEST);
        Path written = Files.writeString(partial(id + DIGEST), sha256 + "  " + id + "\n", StandardCharsets.US_ASCII);
        Files.move(written, noted, StandardCopyOption.ATOMIC_MOVE);
        Files.setPosixFilePermissions(partial(id), PosixFilePermissions.fromString("r--r--r--"));
        Files.move(partial(id), file(id), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes a content away; processes that have it open or linked keep it. */
    void drop(String id) throws IOException {
        Files.deleteIfExists(file(id));
        Files.deleteIfExists(file(id + DIGEST));
    }

    /** Lets this process have its models: all at once. */
    void link(List<Wanted> models) throws IOException {
        Path made = tree().resolveSibling(process + ".new");
        deleteTree(made);
        for (Wanted file : models) {
            Path at = made.resolve(file.path());
            Files.createDirectories(at.getParent());
            try {
                Files.createLink(at, file(file.id()));
            } catch (UnsupportedOperationException | FileSystemException e) {
                throw new IOException("the file system of " + root + " makes no hard link: " + e, e);
            }
        }
        deleteTree(tree());
        Files.move(made, tree(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes what dead processes used, and contents that neither anybody uses nor are wanted. */
    void sweep(Set<String> wanted) throws IOException {
        for (Path lock : list("used")) {
            String name = String.valueOf(lock.getFileName());
            if (name.endsWith(LOCK) && !name.equals(process + LOCK)) {
                sweepProcess(lock, name.substring(0, name.length() - LOCK.length()));
            }
        }
        for (Path file : list("files")) {
            String id = String.valueOf(file.getFileName()).replace(DIGEST, "");
            boolean linked = Files.exists(file(id)) && (int) Files.getAttribute(file(id), "unix:nlink") > 1;
            if (!wanted.contains(id) && !linked) {
                LOG.debugf("%s is used no longer", file(id));
                drop(id);
            }
        }
        Set<String> coming = new HashSet<>(wanted);
        for (Path file : list("partial")) {
            if (!coming.contains(String.valueOf(file.getFileName()).replace(DIGEST, ""))) {
                Files.deleteIfExists(file);
            }
        }
    }

    @SuppressWarnings("try") // the lock is held, and asked for nothing
    private void sweepProcess(Path lock, String name) throws IOException {
        Optional<HeldLock> dead = HeldLock.tryTake(lock);
        if (dead.isPresent()) {
            try (HeldLock held = dead.get()) {
                deleteTree(lock.resolveSibling(name));
                deleteTree(lock.resolveSibling(name + ".new"));
                Files.deleteIfExists(lock);
            }
        }
    }

    /** Gives up this process's models. Without the lock: nobody else touches them while their own lock is held. */
    void leave() throws IOException {
        deleteTree(tree());
        Files.deleteIfExists(root.resolve("used").resolve(process + LOCK));
    }

    private List<Path> list(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(folder))) {
            return entries.sorted().toList();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> below = Files.walk(folder)) {
            for (Path each : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
