package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.darkroom.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreviewTest {
    @ParameterizedTest
    @CsvSource({
        // latents, the picture's longer side, the preview's size
        "16, 16, 128, 128, 128",
        "64, 64, 512, 256, 256",
        "48, 96, 768, 128, 256",
        "4, 2, 32, 32, 16",
        "320, 160, 2560, 256, 128"
    })
    void aPreviewIsAsLargeAsThePictureUpTo256Pixels(int h, int w, int longest, int height, int width)
            throws IOException {
        byte[] jpeg = Preview.jpeg(Tensor.zeros(3, h, w), longest);

        BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
        assertThat(image.getHeight()).isEqualTo(height);
        assertThat(image.getWidth()).isEqualTo(width);
    }

    @Test
    void evenNoiseFits() {
        byte[] jpeg = Preview.jpeg(random(1, 3, 256, 256), 2048);

        assertThat(jpeg).hasSizeLessThanOrEqualTo(Preview.MOST_BYTES).hasSizeGreaterThan(Preview.MOST_BYTES / 8);
    }

    @Test
    void enlargingKeepsWhatIsWhere() throws IOException {
        float[] halves = new float[3 * 4 * 4];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = i % 4 < 2 ? 0 : 1;
        }

        BufferedImage image = ImageIO.read(new ByteArrayInputStream(Preview.jpeg(Tensor.of(halves, 3, 4, 4), 64)));

        assertThat(image.getRGB(8, 32) & 0xFF).isLessThan(10);
        assertThat(image.getRGB(32, 32) & 0xFF).isBetween(110, 145);
        assertThat(image.getRGB(56, 32) & 0xFF).isGreaterThan(245);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16})
    void aMapThatIsLinearIsFound(int channels) {
        Tensor latents = random(2, channels, 8, 6);
        LatentColours colours = LatentColours.of(channels).with(latents, linear(latents), 1);
        Tensor others = random(3, channels, 5, 7);

        Tensor found = colours.apply(others);

        Tensor expected = linear(others);
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 7; x++) {
                for (int c = 0; c < 3; c++) {
                    // Each latent stands for 2x2 pixels.
                    float pixel = expected.data()[(c * 10 + 2 * y) * 14 + 2 * x];
                    assertThat(found.data()[(c * 5 + y) * 7 + x]).isCloseTo(pixel, within(1e-4f));
                }
            }
        }
    }

    @Test
    void picturesThatSayNothingOfSomeChannelsDoNotSpoilTheMap() {
        Tensor flat = Tensor.zeros(4, 8, 8);

        LatentColours colours = LatentColours.of(4).with(flat, linear(flat), 1);

        assertThat(colours.apply(random(4, 4, 8, 8)).data()).doesNotContain(Float.NaN);
        assertThat(colours.isBlank()).isFalse();
        assertThat(LatentColours.of(4).isBlank()).isTrue();
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() {
        LatentColours colours = LatentColours.of(4);

        assertThatThrownBy(() -> colours.with(Tensor.zeros(4, 8, 8), Tensor.zeros(3, 60, 64), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8x8");
        assertThatThrownBy(() -> colours.apply(Tensor.zeros(16, 8, 8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[4, h, w]");
    }

    /** Pixels, two for each latent along each side, whose colours are sums of the channels. */
    private static Tensor linear(Tensor latents) {
        int h = latents.dim(1);
        int w = latents.dim(2);
        float[] out = new float[3 * 4 * h * w];
        for (int i = 0; i < out.length; i++) {
            int c = i / (4 * h * w);
            int at = i / (2 * w) % (2 * h) / 2 * w + i % (2 * w) / 2;
            out[i] = 0.1f * c;
            for (int k = 0; k < latents.dim(0); k++) {
                out[i] += (0.3f - 0.1f * c * k) * latents.data()[k * h * w + at];
            }
        }
        return Tensor.of(out, 3, 2 * h, 2 * w);
    }

    private static Tensor random(long seed, int... shape) {
        Random random = new Random(seed);
        float[] data = new float[Tensor.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat();
        }
        return Tensor.of(data, shape);
    }
}
