package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebP as Pillow reads it, pixel for pixel, and what damaged and hostile files come to. */
class WebPTest {
    private static final Path FOLDER = Path.of("src/test/resources/webp");
    private static final PictureReader READER = new PictureReader(1 << 20, 10_000);

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(FOLDER.resolve(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lossy.webp",
                "lossless.webp",
                "lossless-alpha.webp",
                "lossy-alpha.webp",
                "turned-6.webp",
                "turned-7-lossy.webp",
                "turned-8.png"
            })
    void readsAsPillowDoes(String name) throws Exception {
        byte[] expected = samples(name.substring(0, name.lastIndexOf('.')) + ".npy");

        RgbPicture picture = READER.read(file(name));

        assertThat(picture.width()).isEqualTo(name.startsWith("turned") ? 30 : 41);
        assertThat(picture.rgb()).isEqualTo(expected);
    }

    private static byte[] samples(String name) throws IOException {
        byte[] npy = file(name);
        return Arrays.copyOfRange(npy, 10 + (npy[8] & 0xFF) + 256 * (npy[9] & 0xFF), npy.length);
    }

    @Test
    void refusesPixelsAboveTheLimitBeforeItDecodesThem() throws IOException {
        byte[] small = file("lossless.webp");
        PictureException refusal =
                catchThrowableOfType(PictureException.class, () -> new PictureReader(1 << 20, 1_000).read(small));
        // A lossless header of 16384x16384 and nothing behind it.
        ByteBuffer bomb = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        bomb.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(32);
        bomb.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(20);
        bomb.put((byte) 0x2F).putInt(0x3FFF | 0x3FFF << 14);

        assertThat(refusal).hasMessage("the picture has 41x30 pixels; accepted are up to 1000");
        assertThat(refusal.reason()).isEqualTo(PictureException.Reason.TOO_LARGE);
        assertThatThrownBy(() -> READER.read(bomb.array()))
                .hasMessage("the picture has 16384x16384 pixels; accepted are up to 10000");
    }

    @Test
    void whatIsTruncatedAtAnyByteIsUnreadable() throws IOException {
        for (String name : new String[] {"lossy.webp", "lossless.webp", "lossy-alpha.webp"}) {
            byte[] whole = file(name);
            for (int length = 0; length < whole.length - 1; length += 1 + length / 40) {
                byte[] part = Arrays.copyOf(whole, length);
                PictureException refusal = catchThrowableOfType(PictureException.class, () -> READER.read(part));

                assertThat(refusal).as("%s, %s bytes", name, length).isNotNull();
                assertThat(refusal.reason()).isEqualTo(PictureException.Reason.UNREADABLE);
            }
        }
    }

    @Test
    void meetsDamageWithItsOwnExceptionOnly() throws IOException {
        Random random = new Random(11);
        for (String name : new String[] {"lossy.webp", "lossless.webp", "lossy-alpha.webp", "turned-6.webp"}) {
            for (int i = 0; i < 300; i++) {
                byte[] damaged = file(name);
                for (int k = 0; k < 4; k++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                try {
                    READER.read(damaged);
                } catch (PictureException e) {
                    assertThat(e).hasMessageStartingWith("the picture");
                }
            }
        }
    }

    @Test
    void anAnimationIsUnreadable() throws IOException {
        byte[] animated = file("animated.webp");

        PictureException refusal = catchThrowableOfType(PictureException.class, () -> READER.read(animated));

        assertThat(refusal.reason()).isEqualTo(PictureException.Reason.UNREADABLE);
    }

    @Test
    void writesWhatItReadsAgainTheBetterTheHigherTheQuality() throws PictureException {
        int[] rgb = new int[64 * 48];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (i % 64 * 4) << 16 | (i / 64 * 5) << 8 | 0x60;
        }
        Pixels picture = new Pixels(64, 48, rgb);

        double best = error(picture, WebPWriter.write(picture, 100));
        double worst = error(picture, WebPWriter.write(picture, 1));

        assertThat(best).isLessThan(2.5);
        assertThat(worst).isGreaterThan(2 * best);
        assertThat(WebPWriter.write(picture, 80)).isEqualTo(WebPWriter.write(picture, 80));
        assertThat(WebPWriter.write(picture, 1)).hasSizeLessThan(WebPWriter.write(picture, 100).length);
    }

    private static double error(Pixels picture, byte[] file) throws PictureException {
        int[] read = Packed.rgb(READER.read(file));
        double sum = 0;
        for (int i = 0; i < read.length; i++) {
            for (int shift = 0; shift < 24; shift += 8) {
                sum += Math.abs((read[i] >> shift & 0xFF) - (picture.rgb()[i] >> shift & 0xFF));
            }
        }
        return sum / (3 * read.length);
    }

    @Test
    void aQualityOrASizeThatWebPLacksIsRefused() {
        Pixels dot = new Pixels(1, 1, new int[1]);

        assertThatThrownBy(() -> WebPWriter.write(dot, 0)).hasMessageContaining("accepted are 1 to 100");
        assertThatThrownBy(() -> WebPWriter.write(new Pixels(16_384, 1, new int[16_384]), 80))
                .hasMessageContaining("up to 16383");
    }
}
