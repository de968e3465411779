package io.darkroom.job.simulation;

import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.RenderJob;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One job on a device, evaluation after evaluation. What it writes down may be damaged, or made by another model. */
final class FakeDevice {
    static final int STEPS = 4;
    static final double MS_A_STEP = 10;
    /** Where a poison job that shows late ends its worker. */
    static final int LATE = 2;

    private static final String GOOD = "good";
    private static final String DAMAGED = "damaged";
    private static final String FOREIGN = "foreign";

    final RenderJob job;
    final int start;
    int step;
    private final Map<Integer, Double> kept = new TreeMap<>();

    FakeDevice(RenderJob job) {
        this.job = job;
        Saved saved =
                job.checkpoint() == null ? null : Saved.read(job.checkpoint().content());
        if (saved != null) {
            step = saved.step;
            kept.putAll(saved.deviceMs);
        }
        start = step;
    }

    /** What a checkpoint's content says. */
    private record Saved(String state, int step, Map<Integer, Double> deviceMs) {
        static Saved read(Bytes content) {
            String[] parts = content.text().split("\\|", -1);
            Map<Integer, Double> ms = new TreeMap<>();
            for (int i = 2; i < parts.length; i++) {
                String[] each = parts[i].split("=", -1);
                ms.put(Integer.parseInt(each[0]), Double.parseDouble(each[1]));
            }
            return new Saved(parts[0], Integer.parseInt(parts[1]), ms);
        }
    }

    /** The step from which a checkpoint goes on; -1 where it is of no use. */
    static int step(Bytes content) {
        Saved saved = Saved.read(content);
        return saved.state.equals(GOOD) ? saved.step : -1;
    }

    /** Whether it is of another model. */
    static boolean foreign(Bytes content) {
        return Saved.read(content).state.equals(FOREIGN);
    }

    Map<Integer, Double> kept() {
        return kept;
    }

    double ownMs() {
        return (step - start) * MS_A_STEP;
    }

    /**
     * What it has come to; null where that is no more than it began with.
     *
     * @param run of the delivery: every checkpoint of some is another model's
     */
    @Nullable
    Checkpoint save(String run, Random random) {
        if (step == start) {
            return null;
        }
        String state = run.hashCode() % 9 == 0 ? FOREIGN : random.nextInt(8) == 0 ? DAMAGED : GOOD;
        StringBuilder content = new StringBuilder(state + "|" + step);
        Map<Integer, Double> all = new TreeMap<>(kept);
        all.put(job.attempt(), ownMs());
        all.forEach(
                (attempt, ms) -> content.append("|").append(attempt).append("=").append(ms));
        return new Checkpoint(step, ownMs(), Bytes.utf8(content.toString()));
    }
}
