package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SamplesTest {
    private static final int PIXELS = 1_000_000;
    private static final int LITTLE = 300_000;

    /** 16 bits, with transparency: 8 bytes a pixel. */
    private static BufferedImage deep(int width, int height) {
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB),
                true,
                false,
                Transparency.TRANSLUCENT,
                DataBuffer.TYPE_USHORT);
        WritableRaster raster = model.createCompatibleWritableRaster(width, height);
        return new BufferedImage(model, raster, false, null);
    }

    @Test
    void takesLittleMoreThanTheResult() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int height : new int[] {1, 1000, PIXELS}) {
            BufferedImage image = deep(PIXELS / height, height);

            long before = threads.getCurrentThreadAllocatedBytes();
            RgbPicture picture = Samples.rgb(image, Orientation.TURNED_90);
            long taken = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(taken).as("of %s rows", height).isLessThan(picture.rgb().length + LITTLE);
        }
    }

    @ParameterizedTest
    @EnumSource(Orientation.class)
    void everyPixelOfALongRowComesToItsPlace(Orientation turn) {
        BufferedImage image = deep(5000, 3);
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 5000; x++) {
                image.getRaster().setPixel(x, y, new int[] {((x / 250) << 8) | 7, (x % 250) << 8, y << 8, 0});
            }
        }

        RgbPicture picture = Samples.rgb(image, turn);

        assertThat(picture.width() * picture.height()).isEqualTo(15_000);
        int[] rgb = Packed.rgb(picture);
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 5000; x++) {
                assertThat(rgb[turn.place(x, y, 5000, 3)]).isEqualTo(((x / 250) << 16) | ((x % 250) << 8) | y);
            }
        }
        assertThat(corner(turn)).isEqualTo(rgb[0]);
    }

    /** What comes to stand at the top left, by Exif's table of what the first row and the first column are. */
    private static int corner(Orientation turn) {
        int right = ((4999 / 250) << 16) | ((4999 % 250) << 8);
        return switch (turn) {
            case UPRIGHT, TRANSPOSED -> 0;
            case MIRRORED, TURNED_270 -> right;
            case TURNED_180, TRANSVERSED -> right | 2;
            case FLIPPED, TURNED_90 -> 2;
        };
    }
}
