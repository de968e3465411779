package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class PictureReaderTest {
    private static final Pixels PICTURE = new Pixels(2, 1, new int[] {0xFF0000, 0x00FF80});
    private static final PictureReader READER = new PictureReader(10_000, 100);

    @Test
    void readsWhatWasWritten() throws PictureException {
        assertThat(READER.read(PngWriter.write(PICTURE, "{}")).rgb()).isEqualTo(PICTURE.rgb());
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
