package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JPEGs of four components as Pillow 13 reads them: CMYK and YCCK with Adobe's marker, and without it. */
class CmykTest {
    private static final Path FOLDER = Path.of("src/test/resources/cmyk");
    private static final PictureReader READER = new PictureReader(1 << 20, 10_000);

    @ParameterizedTest
    @ValueSource(strings = {"cmyk", "ycck", "cmyk-plain"})
    void readsAsPillowDoes(String name) throws Exception {
        byte[] npy = Files.readAllBytes(FOLDER.resolve(name + ".npy"));
        byte[] expected = Arrays.copyOfRange(npy, 10 + (npy[8] & 0xFF) + 256 * (npy[9] & 0xFF), npy.length);

        RgbPicture picture = READER.read(Files.readAllBytes(FOLDER.resolve(name + ".jpg")));

        assertThat(picture.width()).isEqualTo(32);
        assertThat(picture.rgb()).isEqualTo(expected);
    }

    @Test
    void coloursOfAnotherKindAreRefusedWithWhatIsAccepted() {
        // A frame of 8x8 and its scan, of two components.
        byte[] two = HexFormat.of().parseHex("ffd8ffc0000e080008000802011100021100ffda000a0201000200003f00ffd9");

        PictureException refusal = catchThrowableOfType(PictureException.class, () -> READER.read(two));

        assertThat(refusal.reason()).isEqualTo(PictureException.Reason.UNREADABLE);
        assertThat(refusal).hasMessageContaining("accepted are PNG, JPEG (grey, RGB, CMYK) and WebP");
    }
}
