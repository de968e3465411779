package io.darkroom.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Puts into good pictures lengths of chunks and segments that cannot be: all ones, negative, huge, none. */
final class ChunkLengths {
    private static final int SIGNATURE = 8;
    private static final int RIFF_HEAD = 12;
    private static final int CHUNK_HEAD = 8;

    /** The last are such that a reader that takes them for signed comes back to where it was. */
    private static final int[] LENGTHS = {
        -1, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, Integer.MAX_VALUE, Integer.MAX_VALUE - 3, 0, 1 << 24, -4, -8, -12
    };

    private ChunkLengths() {}

    /** The picture with another length of one or two of its chunks. */
    static byte[] garbled(byte[] good, Random random) {
        byte[] bytes = good.clone();
        ByteBuffer file = ByteBuffer.wrap(bytes);
        if (file.get(0) == 'R') {
            file.order(ByteOrder.LITTLE_ENDIAN);
        }
        List<Integer> places = places(file);
        boolean jpeg = isJpeg(file);
        for (int n = random.nextInt(2); n >= 0; n--) {
            int at = places.get(random.nextInt(places.size()));
            if (jpeg) {
                file.putShort(at, (short) length(random));
            } else {
                file.putInt(at, length(random));
            }
        }
        return bytes;
    }

    private static int length(Random random) {
        return random.nextInt(4) == 0 ? -random.nextInt(200) : LENGTHS[random.nextInt(LENGTHS.length)];
    }

    private static boolean isJpeg(ByteBuffer file) {
        return (file.get(0) & 0xFF) == 0xFF;
    }

    /** Where the lengths stand. */
    private static List<Integer> places(ByteBuffer file) {
        if (isJpeg(file)) {
            return inJpeg(file);
        }
        boolean riff = file.get(0) == 'R';
        List<Integer> places = new ArrayList<>();
        int at = riff ? RIFF_HEAD : SIGNATURE;
        while (at + CHUNK_HEAD <= file.limit()) {
            int place = riff ? at + Integer.BYTES : at;
            places.add(place);
            int length = file.getInt(place);
            at += CHUNK_HEAD + (riff ? length + (length & 1) : length + Integer.BYTES);
        }
        return places;
    }

    private static List<Integer> inJpeg(ByteBuffer jpeg) {
        List<Integer> places = new ArrayList<>();
        int at = Short.BYTES;
        while (at + 2 * Short.BYTES <= jpeg.limit() && (jpeg.get(at) & 0xFF) == 0xFF) {
            places.add(at + Short.BYTES);
            at += Short.BYTES + Short.toUnsignedInt(jpeg.getShort(at + Short.BYTES));
        }
        return places;
    }
}
