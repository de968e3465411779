package io.darkroom.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.darkroom.image.Pixels;
import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.Scene;
import io.darkroom.training.data.Scene.Hue;
import io.darkroom.training.data.Scene.Kind;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Subject;
import io.darkroom.training.data.Scene.Thing;
import io.darkroom.training.data.Scene.Time;
import io.darkroom.training.data.Scene.Weather;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static Scene scene(Thing... things) {
        return new Scene(Subject.SEA, Time.NOON, Weather.CLEAR, Style.PLAIN, List.of(things));
    }

    private static final Thing RED_LEFT = new Thing(Kind.BALL, Hue.RED, Side.LEFT);
    private static final Thing BLUE_RIGHT = new Thing(Kind.BALLOON, Hue.BLUE, Side.RIGHT);

    @Test
    void theDistanceOfNormalDistributionsIsThatOfTheirMomentsAndSpreads() {
        Random random = new Random(1);
        List<double[]> a = new ArrayList<>();
        List<double[]> b = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            a.add(new double[] {random.nextGaussian(), 2 * random.nextGaussian()});
            b.add(new double[] {3 + random.nextGaussian(), random.nextGaussian()});
        }

        // 3^2 between the means; (2 - 1)^2 between the deviations of the second.
        assertThat(Frechet.distance(Frechet.Moments.of(a), Frechet.Moments.of(b)))
                .isCloseTo(10, within(0.2));
        assertThat(Frechet.distance(Frechet.Moments.of(a), Frechet.Moments.of(a)))
                .isCloseTo(0, within(1e-6));
    }

    @Test
    void aPictureOfWhatWasAskedForIsRightInEverything() {
        Scene scene = scene(RED_LEFT, BLUE_RIGHT);
        Accuracy accuracy = new Accuracy();

        accuracy.add(scene, Attributes.answers(scene));

        assertThat(accuracy.shares())
                .allSatisfy((what, share) -> assertThat(share).isEqualTo(1));
        assertThat(accuracy.shares()).containsKeys("subject", "time", "object", "side", "colour", "binding");
    }

    @Test
    void exchangedColoursAreObjectsAtTheirSidesAndNoBinding() {
        int[] read = Attributes.answers(
                scene(new Thing(Kind.BALL, Hue.BLUE, Side.LEFT), new Thing(Kind.BALLOON, Hue.RED, Side.RIGHT)));
        Accuracy accuracy = new Accuracy();

        accuracy.add(scene(RED_LEFT, BLUE_RIGHT), read);

        assertThat(accuracy.shares())
                .containsEntry("object", 1.0)
                .containsEntry("side", 1.0)
                .containsEntry("colour", 0.0)
                .containsEntry("binding", 0.0);
    }

    @Test
    void oneObjectThatIsSeenIsNotTwo() {
        Scene wanted = scene(RED_LEFT, new Thing(Kind.BALL, Hue.BLUE, Side.RIGHT));
        Accuracy accuracy = new Accuracy();

        accuracy.add(wanted, Attributes.answers(scene(RED_LEFT)));

        assertThat(accuracy.shares())
                .containsEntry("object", 0.5)
                .containsEntry("side", 0.5)
                .containsEntry("colour", 0.5);
    }

    @Test
    void theMeanIsOfWhatWasAskedFor() {
        Accuracy accuracy = new Accuracy();

        accuracy.add(
                scene(), Attributes.answers(new Scene(Subject.SEA, Time.NIGHT, Weather.CLEAR, Style.PLAIN, List.of())));

        assertThat(accuracy.shares()).containsEntry("nothing", 1.0).containsEntry("mean", 0.75);
    }

    @Test
    void anObjectOnTheWrongSideMayHaveTheRightColour() {
        Accuracy accuracy = new Accuracy();

        accuracy.add(scene(RED_LEFT), Attributes.answers(scene(new Thing(Kind.BALL, Hue.RED, Side.CENTER))));

        assertThat(accuracy.shares())
                .containsEntry("object", 1.0)
                .containsEntry("side", 0.0)
                .containsEntry("colour", 1.0);
    }

    @Test
    void anObjectThatNobodyAskedForIsWrong() {
        Accuracy accuracy = new Accuracy();

        accuracy.add(scene(), Attributes.answers(scene(RED_LEFT)));

        assertThat(accuracy.shares()).containsEntry("nothing", 0.0);
    }

    @Test
    void saturationIsThatOfHsvAndClippingCountsEnds() {
        Pixels picture = new Pixels(2, 1, new int[] {0xFF8000, 0x808080});

        assertThat(Prompted.saturation(picture)).isEqualTo(0.5);
        assertThat(Prompted.clipped(picture)).isEqualTo(2 / 6.0);
    }

    @Test
    void attributesAreWhatACompleteCaptionNames() {
        assertThat(Theory.attributes(scene())).isEqualTo(2);
        assertThat(Theory.attributes(
                        new Scene(Subject.SEA, Time.NOON, Weather.FOG, Style.OIL, List.of(RED_LEFT, BLUE_RIGHT))))
                .isEqualTo(10);
    }
}
