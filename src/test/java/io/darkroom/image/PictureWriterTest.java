package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Node;

class PictureWriterTest {
    private static final String PARAMETERS = "{\"prompt\":\"ein See, 富士山, 🌄\",\"seed\":42}";

    @Test
    void pngHoldsThePixels() throws IOException {
        Pixels picture = Pixels.of(noise(64, 48));

        BufferedImage image = ImageIO.read(new ByteArrayInputStream(PngWriter.write(picture, PARAMETERS)));

        assertThat(image.getWidth()).isEqualTo(48);
        assertThat(image.getHeight()).isEqualTo(64);
        assertThat(image.getSampleModel().getNumBands()).isEqualTo(3);
        assertThat(withoutAlpha(image)).isEqualTo(picture.rgb());
    }

    @Test
    void pngTellsHowItWasMade() throws IOException {
        byte[] file = PngWriter.write(Pixels.of(noise(8, 8)), PARAMETERS);

        Node entry = Objects.requireNonNull(textEntry(file), "no text");

        assertThat(entry.getAttributes().getNamedItem("keyword").getNodeValue()).isEqualTo("parameters");
        assertThat(entry.getAttributes().getNamedItem("text").getNodeValue()).isEqualTo(PARAMETERS);
    }

    @Test
    void pngKeepsItToItselfWhenAsked() throws IOException {
        byte[] file = PngWriter.write(Pixels.of(noise(8, 8)), Map.of());

        assertThat(textEntry(file)).isNull();
    }

    @Test
    void samePictureGivesTheSameBytes() {
        Pixels picture = Pixels.of(noise(64, 64));

        assertThat(PngWriter.write(picture, PARAMETERS)).isEqualTo(PngWriter.write(picture, PARAMETERS));
        assertThat(JpegWriter.write(picture, 90)).isEqualTo(JpegWriter.write(picture, 90));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 255",
        "-0.5, 0",
        "1.5, 255",
        "Infinity, 255",
        // 255 x is 0.5, 1.5 and 2.5 exactly: half goes to even.
        "0.0019607844, 0",
        "0.0058823531, 2",
        "0.0098039219, 2",
        "0.5, 128"
    })
    void roundsHalfToEvenAndCutsOff(float value, int expected) {
        Pixels pixels = Pixels.of(Tensor.of(new float[] {value, value, value}, 3, 1, 1));

        assertThat(pixels.rgb()[0]).isEqualTo(expected << 16 | expected << 8 | expected);
    }

    @Test
    void tensorAndPixelsAreInverse() {
        Pixels picture = Pixels.of(noise(16, 24));

        assertThat(Pixels.of(picture.toTensor()).rgb()).isEqualTo(picture.rgb());
    }

    @Test
    void refusesWhatIsNoPicture() {
        assertThatThrownBy(() -> Pixels.of(Tensor.zeros(1, 4, 4))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pixels.of(Tensor.of(new float[] {0, Float.NaN, 0}, 3, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
    }

    @Test
    void jpegIsNearAndBetterQualityIsNearer() throws Exception {
        float[] ramp = new float[3 * 64 * 64];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = (i % 64) / 63f;
        }
        Pixels picture = Pixels.of(Tensor.of(ramp, 3, 64, 64));
        byte[] good = JpegWriter.write(picture, 95);
        byte[] poor = JpegWriter.write(picture, 20);

        assertThat(good.length).isGreaterThan(poor.length);
        assertThat(meanDifference(picture, good)).isLessThan(1.5);
        assertThat(meanDifference(picture, good)).isLessThan(meanDifference(picture, poor));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 101})
    void refusesAQualityThatIsNone(int quality) {
        assertThatThrownBy(() -> JpegWriter.write(Pixels.of(noise(8, 8)), quality))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 100");
    }

    private static Tensor noise(int height, int width) {
        Random random = new Random(7);
        float[] data = new float[3 * height * width];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat();
        }
        return Tensor.of(data, 3, height, width);
    }

    private static int[] withoutAlpha(BufferedImage image) {
        int[] rgb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] &= 0xFFFFFF;
        }
        return rgb;
    }

    private static double meanDifference(Pixels picture, byte[] jpeg) throws PictureException {
        int[] read = Packed.rgb(new PictureReader(1 << 20, 1 << 20).read(jpeg));
        long sum = 0;
        for (int i = 0; i < read.length; i++) {
            sum += Math.abs((read[i] & 0xFF) - (picture.rgb()[i] & 0xFF));
        }
        return sum / (double) read.length;
    }

    private static @Nullable Node textEntry(byte[] file) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(in);
            Node root = reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
            for (Node node = root.getFirstChild(); node != null; node = node.getNextSibling()) {
                if (node.getNodeName().equals("iTXt")) {
                    return node.getFirstChild();
                }
            }
            return null;
        } finally {
            reader.dispose();
        }
    }
}
