package io.darkroom.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.image.Pixels;
import io.darkroom.training.data.Scene.Hue;
import io.darkroom.training.data.Scene.Kind;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Subject;
import io.darkroom.training.data.Scene.Thing;
import io.darkroom.training.data.Scene.Time;
import io.darkroom.training.data.Scene.Weather;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LandscapeTest {
    private static Pixels draw(Time time, Style style, Thing... things) {
        return Landscape.draw(new Scene(Subject.HILLS, time, Weather.CLEAR, style, List.of(things)), new Random(1));
    }

    private static double mean(Pixels picture, int shift) {
        double sum = 0;
        for (int rgb : picture.rgb()) {
            sum += rgb >> shift & 255;
        }
        return sum / picture.rgb().length;
    }

    /** The mean difference of neighbours. */
    private static double sharpness(Pixels picture) {
        double sum = 0;
        for (int i = 1; i < picture.rgb().length; i++) {
            sum += Math.abs((picture.rgb()[i] >> 8 & 255) - (picture.rgb()[i - 1] >> 8 & 255));
        }
        return sum / picture.rgb().length;
    }

    @Test
    void nightsAreDarkAndSunsetsRed() {
        assertThat(mean(draw(Time.NIGHT, Style.PLAIN), 8)).isLessThan(mean(draw(Time.NOON, Style.PLAIN), 8) / 2);
        Pixels sunset = draw(Time.SUNSET, Style.PLAIN);
        assertThat(mean(sunset, 16)).isGreaterThan(1.4 * mean(sunset, 0));
    }

    @Test
    void wordsOfQualityChangeThePicture() {
        double plain = sharpness(draw(Time.NOON, Style.PLAIN));

        assertThat(sharpness(draw(Time.NOON, Style.PHOTO))).isGreaterThan(1.2 * plain);
        assertThat(sharpness(draw(Time.NOON, Style.BLURRY))).isLessThan(0.7 * plain);
        for (int rgb : draw(Time.NOON, Style.BLACK_AND_WHITE).rgb()) {
            assertThat(rgb >> 16 & 255).isEqualTo(rgb & 255);
        }
    }

    @Test
    void anObjectStandsOnItsSideInItsColour() {
        Pixels without = draw(Time.NOON, Style.PLAIN);
        Pixels with = draw(Time.NOON, Style.PLAIN, new Thing(Kind.BALL, Hue.RED, Side.LEFT));

        int changed = 0;
        int red = 0;
        for (int i = 0; i < with.rgb().length; i++) {
            int rgb = with.rgb()[i];
            if (rgb != without.rgb()[i]) {
                changed++;
                assertThat(i % 128).isLessThan(64);
                red += (rgb >> 16 & 255) > 2 * (rgb >> 8 & 255) ? 1 : 0;
            }
        }
        assertThat(changed).isBetween(200, 1500);
        assertThat(red).isGreaterThan(changed / 3);
    }
}
