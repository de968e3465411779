package io.darkroom.bench.schedule;

import io.darkroom.bench.Row;
import io.darkroom.worker.SimulatedWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The 64 mixed jobs of the suite {@code mix}, and the job of 4 steps behind ten of 50, on a simulated device with the
 * starter's costs: what the choice of rows alone makes of them, without what else a machine does to a measurement. Once on
 * a device that is always as fast, and once on one whose pace is as uneven as a real one's.
 */
final class MixedJobs {
    private static final int JOBS = 64;
    private static final int MIXES = 40;
    private static final int SHORT_JOBS = 20;
    private static final int LONG_JOBS = 10;
    private static final int[] STEPS = {4, 10, 20, 50};
    private static final List<String> SAMPLERS = List.of("ddim", "euler", "dpmpp_2m");
    private static final CostModel MODEL = CostModel.STARTER;
    private static final int[] SIDES = {128, 96};
    private static final int MOST_ROWS = 64;
    /** Between what is measured: all is done by then. */
    private static final long PAUSE = 200_000_000_000L;

    private static final long SEED = 20261128;

    private MixedJobs() {}

    static List<Row> run() {
        List<Row> rows = new ArrayList<>(of("steady", Pacing.STEADY));
        rows.addAll(of("uneven", Pacing.uneven(SEED)));
        return rows;
    }

    private static List<Row> of(String name, Pacing pacing) {
        List<SimulatedJob> jobs = new ArrayList<>();
        for (int mix = 0; mix <= MIXES; mix++) {
            addMix(jobs, mix * PAUSE);
        }
        int mixed = jobs.size();
        for (int i = 0; i < SHORT_JOBS; i++) {
            addShort(jobs, (MIXES + 1 + i) * PAUSE, i);
        }
        SimulatedWorker.Ran ran = SimulatedWorker.run(jobs, MODEL, pacing, JOBS, MOST_ROWS);
        double cost = 0;
        double best = 0;
        for (SimulatedDevice.Evaluation call : ran.evaluations()) {
            // The first mix is for learning what calls cost.
            if (call.end() > PAUSE && call.end() < (MIXES + 1) * PAUSE) {
                cost += call.cost();
            }
        }
        double latency = 0;
        for (SimulatedJob job : jobs.subList(JOBS, mixed)) {
            best += job.steps()
                    * job.rows()
                    * CostModel.call(MODEL.denoiser(), job).bestNanosARow();
            latency += (ran.ends()[job.number()] - job.arrival()) / 1e9 / (MIXES * JOBS);
        }
        double behind = 0;
        double alone = 0;
        for (SimulatedJob job : jobs.subList(mixed, jobs.size())) {
            if (job.steps() == STEPS[0]) {
                behind += (ran.ends()[job.number()] - job.arrival()) / 1e9 / SHORT_JOBS;
                alone += MODEL.alone(job) / 1e9 / SHORT_JOBS;
            }
        }
        System.out.printf(
                Locale.ROOT, "64 mixed jobs, %s: %.3f of the best, mean latency %.3f s%n", name, best / cost, latency);
        return List.of(
                new Row("64 mixed jobs, " + name + ", to the best", best / cost, 1, "s/s"),
                new Row("4 steps behind ten of 50, " + name + ", to alone", behind, alone, "s"));
    }

    private static void addMix(List<SimulatedJob> jobs, long at) {
        for (int i = 0; i < JOBS; i++) {
            add(jobs, at, STEPS[i % STEPS.length], (i / 4) % 4 == 0 ? 1 : 2, SIDES[(i / 16) % SIDES.length], i);
        }
    }

    /** A short job comes somewhere in the first calls of the long ones. */
    private static void addShort(List<SimulatedJob> jobs, long at, int which) {
        for (int i = 0; i < LONG_JOBS; i++) {
            add(jobs, at, STEPS[STEPS.length - 1], 2, SIDES[0], i);
        }
        add(jobs, at + 200_000_000L + which * 10_000_000L, STEPS[0], 2, SIDES[0], 0);
    }

    private static void add(List<SimulatedJob> jobs, long at, int steps, int rows, int side, int sampler) {
        jobs.add(
                new SimulatedJob(jobs.size(), at, steps, rows, side, SAMPLERS.get(sampler % SAMPLERS.size()), 0, "t0"));
    }
}
