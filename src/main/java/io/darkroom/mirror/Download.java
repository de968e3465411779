package io.darkroom.mirror;

import io.darkroom.job.SurroundingsException;
import io.darkroom.storage.BucketReader;
import io.darkroom.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jboss.logging.Logger;

/**
 * Brings one object's content into a file, and goes on where an earlier try ended. How far that came stands beside the
 * file with the digest of what is there, so that a machine that lost its power leaves nothing that would be taken for
 * content.
 */
final class Download {
    private static final Logger LOG = Logger.getLogger(Download.class);
    private static final int BUFFER = 1 << 18;

    /** After so many bytes what is there is written down. */
    private static final long NOTE_EVERY = 64L << 20;

    private final BucketReader reader;
    private final String bucket;
    private final StoredObject object;
    private final Path file;
    private final Path note;
    private final Progress progress;

    /** Bytes that are in the file and in the digest. */
    private long position;

    /** @param file is made, or taken up */
    Download(BucketReader reader, String bucket, StoredObject object, Path file, Progress progress) {
        this.reader = reader;
        this.bucket = bucket;
        this.object = object;
        this.file = file;
        this.note = file.resolveSibling(file.getFileName() + ".sha256");
        this.progress = progress;
    }

    /** How many bytes of it an earlier try has left, as far as that is known without reading them. */
    static long left(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.size(file) : 0;
    }

    /**
     * Brings what is missing; the file is then whole and on the disk.
     *
     * @return the SHA-256 of the whole, in hexadecimal
     * @throws SurroundingsException where the store fails or the disk is full; what came is kept
     */
    String run() throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            MessageDigest digest = resume();
            out.truncate(position);
            out.position(position);
            progress.found(position);
            if (position < object.bytes()) {
                try {
                    bring(out, digest);
                } catch (IOException | RuntimeException e) {
                    keep(out, digest, e);
                    throw e;
                }
            }
            write(out, digest);
            return Digests.hex(digest);
        }
    }

    /** The digest of what an earlier try has left, where that is what it says it is. */
    private MessageDigest resume() throws IOException {
        try {
            String[] noted = Files.readString(note).trim().split(" ", -1);
            long bytes = noted.length == 2 ? Long.parseLong(noted[1]) : 0;
            MessageDigest digest = Digests.of(file, Math.min(bytes, object.bytes()), progress);
            if (Digests.hex(digest).equals(noted[0])) {
                position = bytes;
                return digest;
            }
            LOG.warnf("What was there of %s is not what had come: it is fetched anew", object.key());
        } catch (NoSuchFileException e) {
            LOG.debugf("%s is fetched from its beginning", object.key());
        } catch (IOException | NumberFormatException e) {
            LOG.warnf("What was there of %s cannot be used (%s): it is fetched anew", object.key(), e);
        }
        return Digests.sha256();
    }

    private void bring(FileChannel out, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long noteAt = position + NOTE_EVERY;
        try (InputStream in = reader.open(bucket, object, position)) {
            for (int n = read(in, buffer); n >= 0; n = read(in, buffer)) {
                if (position + n > object.bytes()) {
                    throw new SurroundingsException(
                            "the store sent more of " + object.key() + " than its " + object.bytes() + " bytes");
                }
                write(out, ByteBuffer.wrap(buffer, 0, n));
                digest.update(buffer, 0, n);
                position += n;
                progress.fetched(n);
                progress.requireGoingOn();
                if (position >= noteAt) {
                    write(out, digest);
                    noteAt = position + NOTE_EVERY;
                }
            }
        }
        if (position < object.bytes()) {
            throw new SurroundingsException(
                    "the store ended " + object.key() + " after " + position + " of " + object.bytes() + " bytes");
        }
    }

    private int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new SurroundingsException(
                    "the store broke off " + object.key() + " after " + position + " of " + object.bytes() + " bytes: "
                            + e.getMessage(),
                    e);
        }
    }

    private void write(FileChannel out, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            FileStore disk = Files.getFileStore(file);
            if (disk.getUsableSpace() < BUFFER) {
                throw new DiskFullException(file, object.bytes() - position, disk.getUsableSpace());
            }
            throw e;
        }
    }

    /** A full disk may not take the note either: what is told is the first fault. */
    private void keep(FileChannel out, MessageDigest digest, Exception first) {
        try {
            write(out, digest);
        } catch (IOException e) {
            first.addSuppressed(e);
        }
    }

    /** Writes down how far it is; first the content, then what is said of it. */
    private void write(FileChannel out, MessageDigest digest) throws IOException {
        out.truncate(position);
        out.force(false);
        Path made = note.resolveSibling(note.getFileName() + ".new");
        Files.writeString(made, Digests.hex(digest) + " " + position + "\n", StandardCharsets.US_ASCII);
        Files.move(made, note, StandardCopyOption.ATOMIC_MOVE);
    }
}
