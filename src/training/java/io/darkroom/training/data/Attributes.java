package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Hue;
import io.darkroom.training.data.Scene.Kind;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Subject;
import io.darkroom.training.data.Scene.Thing;
import io.darkroom.training.data.Scene.Time;
import io.darkroom.training.data.Scene.Weather;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A scene as questions with numbered answers, which a classifier learns: subject, time, weather, style, and for each side
 * what stands there (or nothing) and in which colour. One logit for each answer, those of a question next to each other.
 */
public final class Attributes {
    /** No answer: the colour of nothing, or of a thing without colours. */
    public static final int UNASKED = -1;

    /**
     * A question.
     *
     * @param name of it
     * @param from its first logit
     * @param answers how many there are
     */
    public record Question(String name, int from, int answers) {}

    private static final List<Question> QUESTIONS = questions();

    private Attributes() {}

    private static List<Question> questions() {
        List<Question> all = new ArrayList<>();
        add(all, "subject", Subject.values().length);
        add(all, "time", Time.values().length);
        add(all, "weather", Weather.values().length);
        add(all, "style", Style.values().length);
        for (Side side : Side.values()) {
            add(all, "kind " + side, 1 + Kind.values().length);
            add(all, "colour " + side, Hue.values().length);
        }
        return List.copyOf(all);
    }

    private static void add(List<Question> all, String name, int answers) {
        int from = all.isEmpty() ? 0 : all.get(all.size() - 1).from() + all.get(all.size() - 1).answers();
        all.add(new Question(name, from, answers));
    }

    /** The questions, in the order of {@link #answers}. */
    public static List<Question> all() {
        return QUESTIONS;
    }

    /** How many logits there are. */
    public static int logits() {
        Question last = QUESTIONS.get(QUESTIONS.size() - 1);
        return last.from() + last.answers();
    }

    /** The right answer to each question, or {@link #UNASKED}. */
    public static int[] answers(Scene scene) {
        int[] answers = new int[QUESTIONS.size()];
        int next = 0;
        answers[next++] = place(scene.subject());
        answers[next++] = place(scene.time());
        answers[next++] = place(scene.weather());
        answers[next++] = place(scene.style());
        boolean colours = scene.style() != Style.BLACK_AND_WHITE;
        for (Side side : Side.values()) {
            answers[next] = 0;
            answers[next + 1] = UNASKED;
            for (Thing thing : scene.things()) {
                if (thing.side() == side) {
                    answers[next] = 1 + place(thing.kind());
                    answers[next + 1] = colours ? place(thing.hue()) : UNASKED;
                }
            }
            next += 2;
        }
        return answers;
    }

    /** An attribute's number: its place in its list. */
    public static <E extends Enum<E>> int place(E attribute) {
        return Arrays.asList(attribute.getDeclaringClass().getEnumConstants()).indexOf(attribute);
    }

    /** The answers with the greatest logits: a colour for each side, asked or not. */
    public static int[] read(float[] logits) {
        int[] answers = new int[QUESTIONS.size()];
        for (int q = 0; q < answers.length; q++) {
            Question question = QUESTIONS.get(q);
            for (int i = 1; i < question.answers(); i++) {
                if (logits[question.from() + i] > logits[question.from() + answers[q]]) {
                    answers[q] = i;
                }
            }
        }
        return answers;
    }
}
