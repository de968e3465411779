package io.darkroom.training.data;

import io.darkroom.image.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A set of drawn pictures, in a file of bytes [pictures, 3, side, side]. Scene and captions of a picture follow from the
 * set's seed and its number and need no file. Thread safe.
 */
public final class DrawnSet {
    /** Bytes of a picture. */
    private static final int BYTES = 3 * Landscape.SIDE * Landscape.SIDE;
    /** Pictures that are drawn, and written, together. */
    private static final int CHUNK = 128;
    /** More would not fit into one mapping. */
    public static final int MOST = Integer.MAX_VALUE / BYTES;

    private final long seed;
    private final int count;
    private final MappedByteBuffer pictures;

    private DrawnSet(long seed, int count, MappedByteBuffer pictures) {
        this.seed = seed;
        this.count = count;
        this.pictures = pictures;
    }

    /**
     * Opens a set, drawing what is missing of it: what a killed process has written is used.
     *
     * @param file its pictures
     * @param seed of everything in it
     * @param count how many pictures, at most {@link #MOST}
     * @param drawn is told how many there are, now and then
     */
    public static DrawnSet open(Path file, long seed, int count, IntConsumer drawn) throws IOException {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("pictures: " + count + " is not in 1.." + MOST);
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            int done = (int) Math.min(count, channel.size() / BYTES);
            while (done < count) {
                int chunk = Math.min(CHUNK, count - done);
                int first = done;
                List<Pixels> pixels = IntStream.range(first, first + chunk)
                        .parallel()
                        .mapToObj(i -> picture(seed, i))
                        .toList();
                ByteBuffer bytes = ByteBuffer.allocate(chunk * BYTES);
                pixels.forEach(p -> put(p, bytes));
                bytes.flip();
                for (long at = (long) first * BYTES; bytes.hasRemaining(); ) {
                    at += channel.write(bytes, at);
                }
                done += chunk;
                drawn.accept(done);
            }
            return new DrawnSet(seed, count, channel.map(MapMode.READ_ONLY, 0, (long) count * BYTES));
        }
    }

    private static void put(Pixels picture, ByteBuffer bytes) {
        for (int shift = 16; shift >= 0; shift -= 8) {
            for (int rgb : picture.rgb()) {
                bytes.put((byte) (rgb >> shift));
            }
        }
    }

    /** A generator for one use of one picture's number. */
    private static Random random(long seed, int number, int use) {
        long h = seed * 0x9e3779b97f4a7c15L + number * 0xbf58476d1ce4e5b9L + use * 0x94d049bb133111ebL;
        h = (h ^ h >>> 30) * 0xbf58476d1ce4e5b9L;
        return new Random(h ^ h >>> 31);
    }

    private static Pixels picture(long seed, int number) {
        return Landscape.draw(SceneSource.draw(random(seed, number, 0)), random(seed, number, 1));
    }

    /** How many pictures there are. */
    public int count() {
        return count;
    }

    /** What is to be seen in a picture. */
    public Scene scene(int number) {
        return SceneSource.draw(random(seed, number, 0));
    }

    /** The n-th caption of a picture. */
    public String caption(int number, int n) {
        return Captions.of(scene(number), random(seed, number, 2 + n));
    }

    /** A caption that leaves nothing out. */
    public String completeCaption(int number) {
        return Captions.complete(scene(number), random(seed, number, -1));
    }

    /** A picture as it was drawn. */
    public Pixels pixels(int number) {
        int[] rgb = new int[BYTES / 3];
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (rgb[i] << 8) | (pictures.get(number * BYTES + c * rgb.length + i) & 255);
            }
        }
        return new Pixels(Landscape.SIDE, Landscape.SIDE, rgb);
    }

    /**
     * A square of a picture, each value in -1..1, written as [3, size, size].
     *
     * @param left of the square, in pixels
     * @param top of the square, in pixels
     * @param size of it, in pixels
     * @param to where it goes
     * @param at the first index there
     */
    public void crop(int number, int left, int top, int size, float[] to, int at) {
        int next = at;
        for (int c = 0; c < 3; c++) {
            for (int y = top; y < top + size; y++) {
                int from = number * BYTES + (c * Landscape.SIDE + y) * Landscape.SIDE + left;
                for (int x = 0; x < size; x++) {
                    to[next++] = (pictures.get(from + x) & 255) / 127.5f - 1;
                }
            }
        }
    }
}
