package io.darkroom.bench.schedule;

import io.darkroom.bench.MixedJob;
import io.darkroom.bench.Row;
import io.darkroom.worker.SimulatedWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * The 64 jobs of the suite {@code mix} ({@link MixedJob}), and the job of 4 steps behind ten of 50, on a simulated device with the
 * starter's costs: what the choice of rows alone makes of them, without what else a machine does to a measurement. Once on
 * a device that is always as fast, and on some whose pace is as uneven as a real one's.
 */
final class MixedJobs {
    private static final int JOBS = MixedJob.ALL.size();
    private static final int MIXES = 20;
    private static final int SHORT_JOBS = 20;
    private static final List<String> SAMPLERS = List.of("ddim", "euler", "dpmpp_2m");
    private static final CostModel MODEL = CostModel.STARTER;
    private static final int[] SIDES = {128, 96};
    /** Between what is measured: all is done by then. */
    private static final long PAUSE = 200_000_000_000L;

    private static final int UNEVEN_DEVICES = 4;

    private MixedJobs() {}

    /**
     * What came of it on one device.
     *
     * @param best seconds of all rows, where as many share a call as pay
     * @param cost seconds of the calls that were made, at a steady pace
     * @param latency of a mixed job, in seconds, the mean
     * @param behind of a short job behind long ones, in seconds, the mean
     */
    private record Outcome(double best, double cost, double latency, double behind) {}

    static List<Row> run() {
        List<Row> rows = new ArrayList<>(of("steady", List.of(Pacing.STEADY)));
        rows.addAll(of(
                "uneven",
                LongStream.range(0, UNEVEN_DEVICES).mapToObj(Pacing::uneven).toList()));
        return rows;
    }

    private static List<Row> of(String name, List<Pacing> devices) {
        List<Outcome> outcomes = devices.stream().map(MixedJobs::on).toList();
        double best = mean(outcomes, Outcome::best);
        double cost = mean(outcomes, Outcome::cost);
        System.out.printf(
                Locale.ROOT,
                "64 mixed jobs, %s: %.3f of the best, mean latency %.3f s%n",
                name,
                best / cost,
                mean(outcomes, Outcome::latency));
        double alone = MODEL.alone(shortJob(0, 0)) / 1e9;
        return List.of(
                new Row("64 mixed jobs, " + name + ", the best to ours", best, cost, "s"),
                new Row(
                        "4 steps behind ten of 50, " + name + ", to alone",
                        mean(outcomes, Outcome::behind),
                        alone,
                        "s"));
    }

    private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> of) {
        return outcomes.stream().mapToDouble(of).average().orElseThrow();
    }

    private static Outcome on(Pacing pacing) {
        List<SimulatedJob> jobs = new ArrayList<>();
        for (int mix = 0; mix <= MIXES; mix++) {
            addMix(jobs, mix * PAUSE);
        }
        int mixed = jobs.size();
        for (int i = 0; i < SHORT_JOBS; i++) {
            addShort(jobs, (MIXES + 1 + i) * PAUSE, i);
        }
        SimulatedWorker.Ran ran = SimulatedWorker.run(jobs, MODEL, pacing, JOBS, CostModel.MOST_ROWS);
        // The first mix is for learning what calls cost.
        List<SimulatedJob> measured = jobs.subList(JOBS, mixed);
        double best = measured.stream()
                .mapToDouble(job -> job.steps()
                        * job.rows()
                        * CostModel.call(MODEL.denoiser(), job).bestNanosARow())
                .sum();
        double cost = ran.evaluations().stream()
                .filter(call -> call.end() > PAUSE && call.end() < (MIXES + 1) * PAUSE)
                .mapToDouble(SimulatedDevice.Evaluation::cost)
                .sum();
        List<SimulatedJob> shortJobs = jobs.subList(mixed, jobs.size()).stream()
                .filter(job -> job.steps() == MixedJob.SHORT_STEPS)
                .toList();
        return new Outcome(best / 1e9, cost / 1e9, latency(measured, ran.ends()), latency(shortJobs, ran.ends()));
    }

    private static double latency(List<SimulatedJob> jobs, long[] ends) {
        return jobs.stream()
                .mapToDouble(job -> (ends[job.number()] - job.arrival()) / 1e9)
                .average()
                .orElseThrow();
    }

    private static void addMix(List<SimulatedJob> jobs, long at) {
        MixedJob.ALL.forEach(job -> jobs.add(
                job(jobs.size(), at, job.steps(), job.rows(), SIDES[job.size()], SAMPLERS.get(job.sampler()))));
    }

    /** A short job comes somewhere in the first calls of the long ones. */
    private static void addShort(List<SimulatedJob> jobs, long at, int which) {
        for (int i = 0; i < MixedJob.LONG_JOBS; i++) {
            String sampler = SAMPLERS.get(i % SAMPLERS.size());
            jobs.add(job(jobs.size(), at, MixedJob.LONG_STEPS, 2, SIDES[0], sampler));
        }
        jobs.add(shortJob(jobs.size(), at + 200_000_000L + which * 10_000_000L));
    }

    private static SimulatedJob shortJob(int number, long at) {
        return job(number, at, MixedJob.SHORT_STEPS, 2, SIDES[0], SAMPLERS.get(0));
    }

    private static SimulatedJob job(int number, long at, int steps, int rows, int side, String sampler) {
        return new SimulatedJob(number, at, steps, rows, side, sampler, 0, "t0");
    }
}
