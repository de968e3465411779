package io.darkroom.chaos.checker;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a history shows.
 *
 * @param violations of the promises; none where all were kept
 * @param figures by name, in the table's order
 */
public record Report(List<String> violations, Map<String, String> figures) {
    /** The figures as a table of Markdown, and the violations below. */
    public String text() {
        String rows = figures.entrySet().stream()
                .map(each -> "| " + each.getKey() + " | " + each.getValue() + " |\n")
                .collect(Collectors.joining());
        String broken =
                violations.stream().map(each -> "BROKEN: " + each + "\n").collect(Collectors.joining());
        return "| | |\n|---|---|\n" + rows + broken;
    }
}
