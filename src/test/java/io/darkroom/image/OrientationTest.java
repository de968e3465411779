package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose lengths lead out of the file, or back: reading ends, and they stand upright. */
class OrientationTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(ints = {-1, -12, -8, -4, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 3, 25})
    void aLengthThatLeavesThePngEndsIt(int length) {
        ByteBuffer png = ByteBuffer.allocate(40).putLong(0x89504E470D0A1A0AL);
        png.putInt(length).put("tEXt".getBytes(StandardCharsets.US_ASCII));

        Orientation found = assertTimeoutPreemptively(LONG, () -> Orientation.of(png.array()));

        assertThat(found).isEqualTo(Orientation.UPRIGHT);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, -2, -8, -16, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 1, 25})
    void aLengthThatLeavesTheWebPEndsIt(int length) {
        ByteBuffer webp = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        webp.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(32);
        webp.put("WEBPVP8 ".getBytes(StandardCharsets.US_ASCII)).putInt(length);

        Orientation found = assertTimeoutPreemptively(LONG, () -> Orientation.of(webp.array()));

        assertThat(found).isEqualTo(Orientation.UPRIGHT);
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, -1, Short.MAX_VALUE, 40})
    void aLengthThatLeavesTheJpegEndsIt(short length) {
        ByteBuffer jpeg = ByteBuffer.allocate(40).putInt(0xFFD8FFE0).putShort(length);

        Orientation found = assertTimeoutPreemptively(LONG, () -> Orientation.of(jpeg.array()));

        assertThat(found).isEqualTo(Orientation.UPRIGHT);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 30})
    void aDirectoryThatLiesOutsideOfTheExifIsNone(int directory) {
        ByteBuffer png = ByteBuffer.allocate(48).putLong(0x89504E470D0A1A0AL);
        png.putInt(28).put("eXIfMM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(directory);
        png.putShort((short) -1);

        Orientation found = assertTimeoutPreemptively(LONG, () -> Orientation.of(png.array()));

        assertThat(found).isEqualTo(Orientation.UPRIGHT);
    }
}
