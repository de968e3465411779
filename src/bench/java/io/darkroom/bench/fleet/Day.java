package io.darkroom.bench.fleet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A day of a fleet, a second a step. A request goes to a partition by its id; each partition has one of the workers that
 * are ready, which takes from its partitions in turn as many jobs as its device shares calls among. A worker that is to go
 * finishes what it runs; its partitions move at once.
 */
final class Day {
    /**
     * How a day went.
     *
     * @param waits seconds from a request to its picture, in order
     * @param gpuHours from each worker's start to its end
     * @param replicas at each minute
     * @param lag at each minute
     */
    @SuppressWarnings("ArrayRecordComponent") // compared with nothing
    record Result(double[] waits, double gpuHours, int[] replicas, int[] lag) {
        double seconds(double quantile) {
            return waits.length == 0 ? 0 : waits[(int) Math.min(waits.length - 1.0, quantile * waits.length)];
        }

        int peak() {
            return Arrays.stream(replicas).max().orElse(0);
        }
    }

    private static final class Job {
        final int partition;
        final int arrived;
        double callsLeft;

        Job(int partition, int arrived, int calls) {
            this.partition = partition;
            this.arrived = arrived;
            this.callsLeft = calls;
        }
    }

    private static final class Worker {
        final int readyAt;
        final List<Job> running = new ArrayList<>();
        boolean leaving;

        Worker(int readyAt) {
            this.readyAt = readyAt;
        }
    }

    private final Cost cost;
    private final List<Deque<Job>> partitions = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final List<Double> waits = new ArrayList<>();
    private long workerSeconds;

    private Day(Cost cost, int partitions) {
        this.cost = cost;
        for (int i = 0; i < partitions; i++) {
            this.partitions.add(new ArrayDeque<>());
        }
    }

    /** With an autoscaler, from no worker on, until the day is over and all is done. */
    static Result scaled(int[] arrivals, Cost cost, int partitions, Autoscaler scaler, long seed) {
        return new Day(cost, partitions).run(arrivals, scaler, OptionalInt.empty(), seed);
    }

    /** With a fleet that stays. */
    static Result fixed(int[] arrivals, Cost cost, int partitions, int fleet, long seed) {
        return new Day(cost, partitions)
                .run(arrivals, new Autoscaler(1, fleet, Integer.MAX_VALUE), OptionalInt.of(fleet), seed);
    }

    private Result run(int[] arrivals, Autoscaler scaler, OptionalInt fleet, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Integer> replicas = new ArrayList<>();
        List<Integer> lags = new ArrayList<>();
        fleet.ifPresent(number -> resize(number, -cost.startSeconds()));
        for (int second = 0; second < arrivals.length || lag() > 0; second++) {
            for (int i = second < arrivals.length ? arrivals[second] : 0; i > 0; i--) {
                int partition = random.nextInt(partitions.size());
                partitions.get(partition).add(new Job(partition, second, cost.steps()));
            }
            if (fleet.isEmpty() && second % Autoscaler.POLL == 0) {
                resize(scaler.look(second, staying(), lag(), partitionsWithLag()), second);
            }
            share(second);
            for (Worker worker : workers) {
                render(worker, second);
            }
            workers.removeIf(worker -> worker.leaving && worker.running.isEmpty());
            workerSeconds += workers.size();
            if (second % 60 == 0 && second < arrivals.length) {
                replicas.add(staying());
                lags.add(lag());
            }
        }
        return new Result(
                waits.stream().mapToDouble(Double::doubleValue).sorted().toArray(),
                workerSeconds / 3600.0,
                replicas.stream().mapToInt(Integer::intValue).toArray(),
                lags.stream().mapToInt(Integer::intValue).toArray());
    }

    private void resize(int number, int second) {
        for (int i = staying(); i < number; i++) {
            workers.add(new Worker(second + cost.startSeconds()));
        }
        // The youngest goes first: it may not have started yet.
        for (int i = workers.size() - 1; i >= 0 && staying() > number; i--) {
            workers.get(i).leaving = true;
        }
    }

    /** Gives each worker that is ready what it has room for, from its own partitions in turn. */
    private void share(int second) {
        List<Worker> ready = workers.stream()
                .filter(worker -> !worker.leaving && worker.readyAt <= second)
                .toList();
        for (int w = 0; w < ready.size(); w++) {
            Worker worker = ready.get(w);
            boolean more = true;
            while (more && worker.running.size() < cost.jobs()) {
                more = false;
                for (int p = w; p < partitions.size() && worker.running.size() < cost.jobs(); p += ready.size()) {
                    Job job = partitions.get(p).poll();
                    if (job != null) {
                        worker.running.add(job);
                        more = true;
                    }
                }
            }
        }
    }

    /** A second of one device: all of its jobs share each call. */
    private void render(Worker worker, int second) {
        double left = 1;
        while (left > 0 && !worker.running.isEmpty()) {
            double call = cost.call(worker.running.size());
            double soonest = worker.running.stream()
                    .mapToDouble(job -> job.callsLeft)
                    .min()
                    .orElseThrow();
            double calls = Math.min(soonest, left / call);
            left -= calls * call;
            for (Iterator<Job> jobs = worker.running.iterator(); jobs.hasNext(); ) {
                Job job = jobs.next();
                job.callsLeft -= calls;
                if (job.callsLeft < 1e-9) {
                    waits.add(second + 1 - Math.max(left, 0) - job.arrived);
                    jobs.remove();
                }
            }
        }
    }

    private int staying() {
        return (int) workers.stream().filter(worker -> !worker.leaving).count();
    }

    private int lag() {
        return partitions.stream().mapToInt(Deque::size).sum()
                + workers.stream().mapToInt(worker -> worker.running.size()).sum();
    }

    private int partitionsWithLag() {
        boolean[] with = new boolean[partitions.size()];
        for (int p = 0; p < with.length; p++) {
            with[p] = !partitions.get(p).isEmpty();
        }
        workers.forEach(worker -> worker.running.forEach(job -> with[job.partition] = true));
        int number = 0;
        for (boolean each : with) {
            number += each ? 1 : 0;
        }
        return number;
    }
}
