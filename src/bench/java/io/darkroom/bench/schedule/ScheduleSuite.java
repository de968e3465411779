package io.darkroom.bench.schedule;

import io.darkroom.bench.Row;
import io.darkroom.bench.Suite;
import io.darkroom.worker.SimulatedWorker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The scheduler in simulation: 10,000 jobs in Poisson arrivals on devices of a cost model, under three policies. Prints a
 * table of waiting times, and draws {@code schedule.png}.
 */
public final class ScheduleSuite implements Suite {
    private static final int JOBS = 10_000;
    private static final long SEED = 20261126;
    /** As {@code darkroom.engine.jobs} and {@code darkroom.engine.rows} are by default. */
    private static final int JOBS_AT_ONCE = 16;

    private static final int ROWS = 64;

    private record Case(CostModel model, double load) {
        String title() {
            return String.format(Locale.ROOT, "%s, load %.1f", model.name(), load);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(CostModel.ACCELERATOR, 0.5), new Case(CostModel.ACCELERATOR, 0.9), new Case(CostModel.CPU, 0.9));

    private final Path folder;

    /** @param folder for the plot */
    public ScheduleSuite(Path folder) {
        this.folder = folder;
    }

    @Override
    public List<Row> run() throws IOException {
        List<Row> rows = new ArrayList<>();
        Map<String, List<Waits>> panels = new LinkedHashMap<>();
        for (Case one : CASES) {
            List<SimulatedJob> jobs = SimulatedJob.arrivals(JOBS, one.load(), one.model(), SEED);
            Waits ours = Waits.of("darkroom", jobs, ours(jobs, one), one.model());
            Waits fifo = Waits.of("request batches", jobs, RequestBatches.run(jobs, one.model()), one.model());
            Waits shortest =
                    Waits.of("shortest remaining", jobs, ShortestRemaining.run(jobs, one.model()), one.model());
            panels.put(one.title(), List.of(ours, fifo, shortest));
            panels.get(one.title()).forEach(waits -> print(one, waits));
            for (Waits other : List.of(fifo, shortest)) {
                String name = one.title() + ", to " + other.policy();
                rows.add(new Row(name, ours.picturesASecond(), other.picturesASecond(), "pictures/s"));
                rows.add(new Row(name, ours.mean(), other.mean(), "s waited, mean"));
            }
        }
        rows.addAll(MixedJobs.run());
        SchedulePlot.write(panels, folder.resolve("schedule.png"));
        return rows;
    }

    private static long[] ours(List<SimulatedJob> jobs, Case one) {
        return SimulatedWorker.run(jobs, one.model(), Pacing.STEADY, JOBS_AT_ONCE, ROWS)
                .ends();
    }

    private static void print(Case one, Waits waits) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%-22s %-18s %7.2f/s, mean wait %8.2f s;",
                one.title(),
                waits.policy(),
                waits.picturesASecond(),
                waits.mean()));
        for (int p = 0; p < SimulatedJob.PRIORITIES.length; p++) {
            line.append(String.format(
                    Locale.ROOT,
                    " priority %d: %.2f, %.2f, %.2f s;",
                    SimulatedJob.PRIORITIES[p],
                    waits.quantile(p, 0.5),
                    waits.quantile(p, 0.95),
                    waits.quantile(p, 0.99)));
        }
        System.out.println(line);
    }
}
