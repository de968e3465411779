package io.darkroom.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names under which a ControlNet gives its residuals and a UNet takes them: {@code down_block_0} to
 * {@code down_block_11} and {@code mid_block}, with or without more words about them.
 */
final class Residuals {
    static final String EXPECTED = "down_block_0, down_block_1 and so on, and mid_block";

    private static final Pattern DOWN = Pattern.compile("down_block\\D*(\\d+)");
    private static final Pattern MIDDLE = Pattern.compile("mid_block\\w*");

    private Residuals() {}

    /** The residuals among these names: those on the way down in order, then the middle; none where no middle is there. */
    static List<String> names(Collection<String> all) {
        List<String> names = new ArrayList<>(all.stream()
                .filter(name -> DOWN.matcher(name).matches())
                .sorted(Comparator.comparingInt(Residuals::number))
                .toList());
        List<String> middle =
                all.stream().filter(name -> MIDDLE.matcher(name).matches()).toList();
        if (names.isEmpty() || middle.size() != 1) {
            return List.of();
        }
        names.addAll(middle);
        return names;
    }

    /** Whether any of these names is a residual's, also where they make no whole set. */
    static boolean any(Collection<String> all) {
        return all.stream()
                .anyMatch(name ->
                        DOWN.matcher(name).matches() || MIDDLE.matcher(name).matches());
    }

    private static int number(String name) {
        Matcher matcher = DOWN.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
