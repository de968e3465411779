package io.darkroom.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Nanoseconds an element for a step of the common samplers, beside a copy of the latents. */
final class SamplerSuite implements Suite {
    @Override
    public List<Row> run() throws RunnerException {
        Map<String, Double> copies = new HashMap<>();
        List<Row> rows = new ArrayList<>();
        List<RunResult> results = List.copyOf(new Runner(new OptionsBuilder()
                        .include(SamplerBenchmark.class.getName())
                        .build())
                .run());
        for (RunResult result : results) {
            if (name(result).equals("copy")) {
                copies.put(latents(result), perElement(result));
            }
        }
        for (RunResult result : results) {
            if (!name(result).equals("copy")) {
                rows.add(new Row(
                        "step " + name(result) + " " + latents(result),
                        perElement(result),
                        copies.getOrDefault(latents(result), Double.NaN),
                        "ns/element"));
            }
        }
        return rows;
    }

    private static String name(RunResult result) {
        return result.getParams().getParam("name");
    }

    private static String latents(RunResult result) {
        return result.getParams().getParam("latents");
    }

    private static double perElement(RunResult result) {
        int n = 1;
        for (String size : latents(result).split("x", -1)) {
            n *= Integer.parseInt(size);
        }
        return result.getPrimaryResult().getScore() / n;
    }
}
