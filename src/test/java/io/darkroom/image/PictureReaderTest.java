package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PictureReaderTest {
    private static final Pixels PICTURE = new Pixels(2, 1, new int[] {0xFF0000, 0x00FF80});
    private static final PictureReader READER = new PictureReader(10_000, 100);

    @Test
    void readsWhatWasWritten() throws PictureException {
        assertThat(Packed.rgb(READER.read(PngWriter.write(PICTURE, "{}")))).isEqualTo(PICTURE.rgb());
    }

    @Test
    void refusesAFileAboveTheLimit() {
        assertThatThrownBy(() -> READER.read(new byte[10_001]))
                .isInstanceOf(PictureException.class)
                .hasMessage("the picture has 10001 bytes; accepted are up to 10000");
    }

    @Test
    void refusesPixelsAboveTheLimitBeforeItDecodesThem() {
        // A header that promises 60000x60000 and nothing behind it: to decode it would take 14 GB.
        byte[] bomb = header(60_000, 60_000);

        PictureException refusal = catchThrowableOfType(PictureException.class, () -> READER.read(bomb));

        assertThat(refusal.reason()).isEqualTo(PictureException.Reason.TOO_LARGE);
        assertThat(refusal).hasMessage("the picture has 60000x60000 pixels; accepted are up to 100");
    }

    @Test
    void refusesWhatIsNoPicture() {
        for (byte[] file :
                new byte[][] {{}, {1, 2, 3}, "GIF89a".getBytes(StandardCharsets.US_ASCII), new byte[5000], header(2, 1)
                }) {
            PictureException refusal = catchThrowableOfType(PictureException.class, () -> READER.read(file));

            assertThat(refusal.reason()).isEqualTo(PictureException.Reason.UNREADABLE);
        }
    }

    @Test
    void meetsDamageWithItsOwnExceptionOnly() {
        Random random = new Random(3);
        for (byte[] whole : new byte[][] {PngWriter.write(PICTURE, "{}"), JpegWriter.write(PICTURE, 80)}) {
            for (int i = 0; i < 500; i++) {
                byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                try {
                    READER.read(damaged);
                } catch (PictureException e) {
                    assertThat(e).hasMessageStartingWith("the picture");
                }
            }
        }
    }

    @Test
    void aPictureThatTheHeapCannotHoldIsRefusedBeforeItIsDecoded() {
        PictureReader small = new PictureReader(10_000, 1_000_000_000, new DecodingMemory(100 << 20));

        PictureException refusal =
                catchThrowableOfType(PictureException.class, () -> small.read(deep(5792, 5792, new byte[0])));

        assertThat(refusal.reason()).isEqualTo(PictureException.Reason.OUT_OF_MEMORY);
        // 8 bytes a pixel and 3 of the result, and three rows.
        assertThat(refusal)
                .hasMessage("the picture has 5792x5792 pixels, which take 353 MiB of heap while they are decoded; "
                        + "this process has 100 MiB for that, half of its heap");
    }

    @Test
    void aRowIsCountedThatIsAsLongAsThePicture() {
        PictureReader small = new PictureReader(10_000, 1_000_000_000, new DecodingMemory(100 << 20));

        PictureException refusal =
                catchThrowableOfType(PictureException.class, () -> small.read(deep(5_000_000, 1, new byte[0])));

        assertThat(refusal).hasMessageContaining("5000000x1 pixels, which take 167 MiB");
    }

    @Test
    void theMemoryIsFreeAgainAfterEveryPicture() throws PictureException {
        byte[] whole = deep(100, 100, new byte[100 * 801]);
        byte[] damaged = deep(100, 100, new byte[100]);
        PictureReader one = new PictureReader(10_000, 10_000, new DecodingMemory(120_000));
        for (int i = 0; i < 5; i++) {
            assertThat(one.read(whole).width()).isEqualTo(100);
            assertThatThrownBy(() -> one.read(damaged)).isInstanceOf(PictureException.class);
        }
    }

    @Test
    void chunksThatAPaletteDoesNotNeedTakeNoMemory() throws PictureException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(start(2, 1, 8, 3));
        file.writeBytes(chunk("PLTE", new byte[] {1, 2, 3, 4, 5, 6}));
        byte[] note = chunk("prVt", new byte[0]);
        for (int i = 0; i < 100_000; i++) {
            file.writeBytes(note);
        }
        file.writeBytes(chunk("IDAT", deflated(new byte[] {0, 1, 0})));
        file.writeBytes(chunk("IEND", new byte[0]));
        byte[] whole = file.toByteArray();
        PictureReader reader = new PictureReader(whole.length, 100);
        assertThat(reader.read(whole).width()).isEqualTo(2); // classes are loaded
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        long before = threads.getCurrentThreadAllocatedBytes();
        RgbPicture picture = reader.read(whole);
        long taken = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(picture.rgb()).containsExactly(4, 5, 6, 1, 2, 3);
        // 9 times as much on the way through; 18 where all of it is kept.
        assertThat(taken).isLessThan(13L * whole.length);
    }

    /** RGBA of 16 bits. */
    private static byte[] deep(int width, int height, byte[] rows) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(start(width, height, 16, 6));
        file.writeBytes(chunk("IDAT", deflated(rows)));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    private static byte[] start(int width, int height, int bits, int colour) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        file.writeBytes(chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) bits)
                        .put((byte) colour)
                        .array()));
        return file.toByteArray();
    }

    private static byte[] deflated(byte[] content) {
        Deflater deflater = new Deflater();
        deflater.setInput(content);
        deflater.finish();
        byte[] room = new byte[content.length + 100];
        int length = deflater.deflate(room);
        deflater.end();
        return Arrays.copyOf(room, length);
    }

    private static byte[] chunk(String name, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length);
        chunk.put(name.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, content.length + 4);
        return chunk.putInt((int) crc.getValue()).array();
    }

    private static byte[] header(int width, int height) {
        ByteBuffer file = ByteBuffer.allocate(33);
        file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        file.putInt(13)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height);
        file.put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(file.array(), 12, 17);
        return file.putInt((int) crc.getValue()).array();
    }
}
