package io.darkroom.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Rounds of one measurement, each of which measured both sides, one right after the other. The machine's other work comes
 * and goes; what both sides of a round met is nearly the same, so it is the ratio of a round that counts.
 */
final class Pairs {
    private final List<Row> rounds = new ArrayList<>();
    private final String name;
    private final String unit;

    Pairs(String name, String unit) {
        this.name = name;
        this.unit = unit;
    }

    void add(double ours, double reference) {
        rounds.add(new Row(name, ours, reference, unit));
    }

    /** The round whose ratio is the median; how far the ratios lie apart is printed. */
    Row row() {
        List<Row> sorted =
                rounds.stream().sorted(Comparator.comparingDouble(Row::ratio)).toList();
        int n = sorted.size();
        System.out.printf(
                "%s: %d rounds, ratio %.3f to %.3f, half of them %.3f to %.3f%n",
                name,
                n,
                sorted.get(0).ratio(),
                sorted.get(n - 1).ratio(),
                sorted.get(n / 4).ratio(),
                sorted.get((3 * n) / 4).ratio());
        return sorted.get(n / 2);
    }
}
