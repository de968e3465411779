package io.darkroom.bench.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One job of the simulation, of one picture.
 *
 * @param number counts up in order of arrival, from 0
 * @param arrival in nanoseconds
 * @param rows of each step: 2 with guidance, else 1
 * @param side of the picture in pixels
 * @param priority 0 to 9
 */
public record SimulatedJob(
        int number, long arrival, int steps, int rows, int side, String sampler, int priority, String tenant) {
    static final int[] PRIORITIES = {0, 5, 9};
    private static final int[] STEPS = {4, 8, 20, 20, 30, 30, 50};
    private static final List<String> SAMPLERS = List.of("ddim", "euler", "dpmpp_2m");

    /**
     * Jobs in Poisson arrivals: half of priority 0, four in ten of 5, one in ten of 9, of three tenants.
     *
     * @param load of the device, were all calls as large as pays: 1 is all that it can do
     */
    static List<SimulatedJob> arrivals(int count, double load, CostModel model, long seed) {
        Random random = new Random(seed);
        List<SimulatedJob> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int tenth = random.nextInt(10);
            jobs.add(new SimulatedJob(
                    i,
                    0,
                    STEPS[random.nextInt(STEPS.length)],
                    random.nextInt(5) == 0 ? 1 : 2,
                    random.nextInt(3) == 0 ? 96 : 64,
                    SAMPLERS.get(random.nextInt(SAMPLERS.size())),
                    PRIORITIES[tenth < 5 ? 0 : tenth < 9 ? 1 : 2],
                    "t" + random.nextInt(3)));
        }
        double mean = jobs.stream().mapToDouble(model::shared).average().orElseThrow();
        double now = 0;
        for (int i = 0; i < count; i++) {
            now += -Math.log(1 - random.nextDouble()) * mean / load;
            jobs.set(i, jobs.get(i).at(Math.round(now)));
        }
        return jobs;
    }

    private SimulatedJob at(long time) {
        return new SimulatedJob(number, time, steps, rows, side, sampler, priority, tenant);
    }

    /** The request, as it would come in. */
    public String json() {
        return "{\"id\":\"job-" + number + "\",\"prompt\":\"prompt " + number % 200 + "\",\"seed\":" + number
                + ",\"num_inference_steps\":" + steps + ",\"guidance_scale\":" + (rows == 2 ? 7.5 : 1)
                + ",\"scheduler\":\"" + sampler + "\",\"width\":" + side + ",\"height\":" + side + ",\"priority\":"
                + priority + ",\"tenant\":\"" + tenant + "\"}";
    }
}
