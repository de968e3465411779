package io.darkroom.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.model.BuiltInModels;
import io.darkroom.text.ClipTokenizer;
import io.darkroom.text.Tokenizer;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CaptionsTest {
    private static final Scene TWO = new Scene(
            Subject.LAKE,
            Time.DAWN,
            Weather.FOG,
            Style.OIL,
            List.of(new Thing(Kind.BALLOON, Hue.ORANGE, Side.LEFT), new Thing(Kind.SAILBOAT, Hue.BLUE, Side.RIGHT)));

    @Test
    void aCompleteCaptionNamesEveryAttribute() {
        for (int seed = 0; seed < 200; seed++) {
            String caption = Captions.complete(TWO, new Random(seed));

            assertThat(caption)
                    .contains("lake", "oil painting")
                    .containsPattern("dawn|sunrise|morning")
                    .containsPattern("fog|mist")
                    .containsPattern("an orange (hot air )?balloon on the left")
                    .contains("a blue sailboat on the right");
        }
    }

    @Test
    void captionsForTrainingLeaveSomethingOutNowAndThen() {
        // One generator: the first numbers of generators with seeds next to each other are alike.
        Random random = new Random(1);
        List<String> captions =
                IntStream.range(0, 2000).mapToObj(i -> Captions.of(TWO, random)).toList();

        long withTime = captions.stream()
                .filter(c -> c.matches(".*(dawn|sunrise|morning).*"))
                .count();
        long bare = captions.stream().filter(c -> !c.contains("lake")).count();
        assertThat(withTime / 2000.0).isBetween(0.8, 0.9);
        assertThat(bare / 2000.0).isBetween(0.04, 0.08);
    }

    @Test
    void everyCaptionFitsTheTextEncoder() {
        Tokenizer tokenizer = ClipTokenizer.read(BuiltInModels.starter().root().resolve("tokenizer"), 40);

        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            String caption = Captions.of(SceneSource.draw(random), random);
            assertThat(tokenizer.encode(caption).cut()).as(caption).isEmpty();
        }
    }

    @Test
    void twoObjectsStandOnDifferentSidesInDifferentColours() {
        int two = 0;
        for (int seed = 0; seed < 1000; seed++) {
            List<Thing> things = SceneSource.draw(new Random(seed)).things();
            if (things.size() == 2) {
                two++;
                assertThat(things.get(0).side()).isNotEqualTo(things.get(1).side());
                assertThat(things.get(0).hue()).isNotEqualTo(things.get(1).hue());
            }
        }
        assertThat(two / 1000.0).isBetween(0.17, 0.27);
    }

    @Test
    void answersTellWhatStandsOnEachSide() {
        int[] answers = Attributes.answers(TWO);

        // Subject, time, weather, style; left a balloon in orange, nothing in the middle, right a sailboat in blue.
        assertThat(answers).containsExactly(0, 0, 2, 3, 1, 4, 0, Attributes.UNASKED, 3, 1);
    }

    @Test
    void answersAreReadFromTheGreatestLogitOfEachQuestion() {
        float[] logits = new float[Attributes.logits()];
        int[] answers = Attributes.answers(TWO);
        for (int q = 0; q < answers.length; q++) {
            logits[Attributes.all().get(q).from() + Math.max(0, answers[q])] = 1;
        }

        int[] read = Attributes.read(logits);

        for (int q = 0; q < answers.length; q++) {
            assertThat(read[q]).isEqualTo(Math.max(0, answers[q]));
        }
    }
}
