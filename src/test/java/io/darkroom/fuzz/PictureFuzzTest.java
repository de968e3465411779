package io.darkroom.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.darkroom.image.JpegWriter;
import io.darkroom.image.PictureException;
import io.darkroom.image.PictureReader;
import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.image.RgbPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Pictures of every format that is read, damaged in every way: each is read, or refused with a reason. */
@Tag("chaos")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PictureFuzzTest {
    /** A case takes as long as this many of the others. */
    private static final int COST = 3;

    /** For one picture: what takes longer goes round in circles. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final int MOST_PIXELS = 100_000;
    private static final int LARGEST = 64 << 10;
    private static final PictureReader READER = new PictureReader(LARGEST, MOST_PIXELS);

    private List<byte[]> good;

    @BeforeAll
    void read() throws IOException {
        good = new ArrayList<>();
        for (String folder : List.of(
                "src/test/resources/webp", "src/test/resources/cmyk", "src/test/resources/goldens/pipelines/inputs")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(f -> f.toString().matches(".*\\.(png|jpe?g|webp)"))
                        .sorted()
                        .toList()) {
                    byte[] content = Files.readAllBytes(file);
                    if (content.length <= LARGEST) {
                        good.add(content);
                    }
                }
            }
        }
        Random random = new Random(1);
        Pixels pixels = new Pixels(16, 16, random.ints(256, 0, 1 << 24).toArray());
        good.add(PngWriter.write(pixels, "{}"));
        good.add(JpegWriter.write(pixels, 80));
    }

    @Test
    void everyPictureIsReadOrRefusedWithAReason() {
        Cases.run(COST, seed -> {
            Random random = Cases.random(seed);
            byte[] file = random.nextInt(20) == 0
                    ? Garble.bytes(random, 2000)
                    : Garble.mutated(good.get(random.nextInt(good.size())), random);

            assertTimeoutPreemptively(LONGEST, () -> isReadOrRefused(file));
        });
    }

    @Test
    void aLengthThatCannotBeIsNoReasonToGoRoundInCircles() {
        Cases.run(COST, seed -> {
            Random random = Cases.random(seed);
            byte[] file = ChunkLengths.garbled(good.get(random.nextInt(good.size())), random);

            assertTimeoutPreemptively(LONGEST, () -> isReadOrRefused(file));
        });
    }

    private static void isReadOrRefused(byte[] file) {
        try {
            RgbPicture picture = READER.read(file);

            assertThat((long) picture.width() * picture.height()).isBetween(1L, (long) MOST_PIXELS);
            assertThat(picture.rgb()).hasSize(3 * picture.width() * picture.height());
        } catch (PictureException e) {
            assertThat(e.getMessage()).startsWith("the picture");
        }
    }
}
