package io.darkroom.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawnSetTest {
    @TempDir
    Path folder;

    private DrawnSet open(String name, long seed, int count) throws IOException {
        return DrawnSet.open(folder.resolve(name), seed, count, drawn -> {});
    }

    @Test
    void theSameSeedDrawsTheSameSet() throws IOException {
        open("one", 1, 6);
        open("two", 1, 6);
        open("other", 2, 6);

        assertThat(folder.resolve("two")).hasSameBinaryContentAs(folder.resolve("one"));
        assertThat(Files.readAllBytes(folder.resolve("other"))).isNotEqualTo(Files.readAllBytes(folder.resolve("one")));
    }

    @Test
    void aSetThatWasCutOffIsCompleted() throws IOException {
        open("whole", 1, 5);
        Files.copy(folder.resolve("whole"), folder.resolve("cut"));
        try (FileChannel file = FileChannel.open(folder.resolve("cut"), StandardOpenOption.WRITE)) {
            file.truncate(3 * 128 * 128 * 2 + 1000);
        }
        List<Integer> drawn = new ArrayList<>();

        DrawnSet.open(folder.resolve("cut"), 1, 5, drawn::add);

        assertThat(folder.resolve("cut")).hasSameBinaryContentAs(folder.resolve("whole"));
        assertThat(drawn).containsExactly(5);
    }

    @Test
    void picturesAreGivenAsPixelsAndAsSquaresOfValues() throws IOException {
        DrawnSet set = open("set", 3, 2);
        float[] values = new float[5 + 3 * 16];

        set.crop(1, 100, 60, 4, values, 5);

        int rgb = set.pixels(1).rgb()[(60 + 2) * 128 + 100 + 3];
        assertThat(values[5 + 2 * 4 + 3]).isEqualTo((rgb >> 16 & 255) / 127.5f - 1);
        assertThat(values[5 + 2 * 16 + 2 * 4 + 3]).isEqualTo((rgb & 255) / 127.5f - 1);
        assertThat(values[4]).isZero();
    }

    @Test
    void captionsOfAPictureDifferAndStay() throws IOException {
        DrawnSet set = open("set", 3, 2);

        List<String> captions = new ArrayList<>();
        for (int n = 0; n < 12; n++) {
            captions.add(set.caption(0, n));
            assertThat(set.caption(0, n)).isEqualTo(captions.get(n));
        }

        assertThat(captions.stream().distinct().count()).isGreaterThan(4);
    }

    @Test
    void aSetOfNothingIsRefused() {
        assertThatThrownBy(() -> open("set", 1, 0)).hasMessageContaining("pictures: 0");
    }
}
