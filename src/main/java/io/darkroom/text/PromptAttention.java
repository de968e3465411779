package io.darkroom.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Weights written into a prompt, as AUTOMATIC1111's web interface introduced them and diffusers' community pipeline
 * {@code lpw_stable_diffusion} reads them ({@code parse_prompt_attention}): {@code (text)} weighs 1.1 times as much,
 * {@code [text]} 1.1 times less, {@code (text:1.3)} 1.3 times as much; brackets multiply where they are nested, one that is
 * never closed reaches to the end, and a backslash makes a sign plain.
 */
public final class PromptAttention {
    private static final double STEP = 1.1;

    private static final Pattern SIGNS =
            Pattern.compile("\\\\[()\\[\\]\\\\]|\\\\|\\(|\\[|:([+-]?[.\\d]+)\\)|\\)|]|[^\\\\()\\[\\]:]+|:");

    private PromptAttention() {}

    /**
     * A piece of a prompt.
     *
     * @param text without the signs that weigh it
     * @param weight 1 where nothing weighs it
     */
    public record Part(String text, double weight) {}

    /** A weight that is no number. */
    public static final class WeightException extends IllegalArgumentException {
        WeightException(String weight) {
            super("\"" + weight + "\" is no weight; a number such as 1.3 is accepted");
        }
    }

    /**
     * Reads a prompt. Neighbours of the same weight are one part.
     *
     * @return at least one part
     * @throws WeightException where what stands for a weight is no number, as in {@code (word:1.2.3)}
     */
    public static List<Part> parse(String prompt) {
        List<Part> parts = new ArrayList<>();
        Deque<Integer> round = new ArrayDeque<>();
        Deque<Integer> square = new ArrayDeque<>();
        Matcher sign = SIGNS.matcher(prompt);
        while (sign.find()) {
            String text = sign.group();
            if (text.startsWith("\\")) {
                parts.add(new Part(text.substring(1), 1));
            } else if (text.equals("(")) {
                round.push(parts.size());
            } else if (text.equals("[")) {
                square.push(parts.size());
            } else if (sign.group(1) != null && !round.isEmpty()) {
                weigh(parts, round.pop(), number(sign.group(1)));
            } else if (text.equals(")") && !round.isEmpty()) {
                weigh(parts, round.pop(), STEP);
            } else if (text.equals("]") && !square.isEmpty()) {
                weigh(parts, square.pop(), 1 / STEP);
            } else {
                parts.add(new Part(text, 1));
            }
        }
        // Those opened first come first, as in Python's lists.
        round.descendingIterator().forEachRemaining(from -> weigh(parts, from, STEP));
        square.descendingIterator().forEachRemaining(from -> weigh(parts, from, 1 / STEP));
        return merged(parts);
    }

    private static double number(String weight) {
        try {
            return Double.parseDouble(weight);
        } catch (NumberFormatException e) {
            throw new WeightException(weight);
        }
    }

    private static void weigh(List<Part> parts, int from, double factor) {
        parts.subList(from, parts.size()).replaceAll(part -> new Part(part.text(), part.weight() * factor));
    }

    private static List<Part> merged(List<Part> parts) {
        List<Part> merged = new ArrayList<>();
        for (Part part : parts) {
            int last = merged.size() - 1;
            if (last >= 0 && merged.get(last).weight() == part.weight()) {
                merged.set(last, new Part(merged.get(last).text() + part.text(), part.weight()));
            } else {
                merged.add(part);
            }
        }
        return merged.isEmpty() ? List.of(new Part("", 1)) : merged;
    }
}
