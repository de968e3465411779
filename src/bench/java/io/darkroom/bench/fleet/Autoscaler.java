package io.darkroom.bench.fleet;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many workers KEDA's kafka trigger and the HPA behind it ask for, with the behaviour of k8s/base/autoscaling.yaml. The
 * HPA's average value is ceil(lag / lagThreshold); no more than partitions that have a lag; from nothing to one and back KEDA
 * itself.
 */
final class Autoscaler {
    /** Seconds between two looks. */
    static final int POLL = 15;

    private static final double TOLERANCE = 0.1;
    private static final int STABILIZATION = 300;
    private static final int DOWN_PERIOD = 60;
    private static final double DOWN_SHARE = 0.25;
    private static final int UP_PERIOD = 30;
    private static final int UP_PODS = 4;

    private final int threshold;
    private final int most;
    private final int cooldown;
    /** What was recommended in the last five minutes; second and number. */
    private final Deque<int[]> recommended = new ArrayDeque<>();

    private final Deque<int[]> replicas = new ArrayDeque<>();
    private int lastActive;

    /**
     * @param threshold lagThreshold: waiting and running requests a worker
     * @param most maxReplicaCount
     * @param cooldown seconds without lag after which the last worker goes
     */
    Autoscaler(int threshold, int most, int cooldown) {
        this.threshold = threshold;
        this.most = most;
        this.cooldown = cooldown;
    }

    /**
     * The number from now on.
     *
     * @param second of the day
     * @param current workers, those that are starting among them
     * @param lag requests whose offsets are not committed: waiting or running
     * @param partitionsWithLag how many partitions these are in
     */
    int look(int second, int current, int lag, int partitionsWithLag) {
        if (lag > 0) {
            lastActive = second;
        }
        if (current == 0) {
            note(second, lag > 0 ? 1 : 0);
            return lag > 0 ? 1 : 0;
        }
        int wanted = Math.min(Math.min((lag + threshold - 1) / threshold, partitionsWithLag), most);
        if (Math.abs((double) lag / threshold / current - 1) <= TOLERANCE) {
            wanted = current;
        }
        recommended.add(new int[] {second, wanted});
        recommended.removeIf(old -> old[0] <= second - STABILIZATION);
        int stable = recommended.stream().mapToInt(each -> each[1]).max().orElseThrow();
        int next = wanted > current
                ? Math.min(wanted, highest(second, current))
                : stable < current ? Math.max(stable, lowest(second, current)) : current;
        if (next == 0 || (next == 1 && lag == 0)) {
            next = second - lastActive >= cooldown ? 0 : 1;
        }
        note(second, next);
        return next;
    }

    private int highest(int second, int current) {
        int before = before(second - UP_PERIOD, current, false);
        return Math.max(before * 2, before + UP_PODS);
    }

    private int lowest(int second, int current) {
        int before = before(second - DOWN_PERIOD, current, true);
        return (int) (before * (1 - DOWN_SHARE)); // the HPA cuts off, too
    }

    /** The most, or the fewest, that there were since then. */
    private int before(int since, int current, boolean most) {
        int inForce = current;
        int found = current;
        for (int[] each : replicas) {
            if (each[0] <= since) {
                inForce = each[1];
            } else {
                found = most ? Math.max(found, each[1]) : Math.min(found, each[1]);
            }
        }
        return most ? Math.max(found, inForce) : Math.min(found, inForce);
    }

    private void note(int second, int number) {
        replicas.add(new int[] {second, number});
        replicas.removeIf(old -> old[0] < second - DOWN_PERIOD - POLL);
    }
}
