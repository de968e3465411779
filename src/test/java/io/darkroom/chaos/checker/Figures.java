package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.chaos.checker.Seen.Attempt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A run in figures. */
final class Figures {
    private Figures() {}

    static Map<String, String> of(Seen seen, Map<String, JsonNode> jobs, Strikes strikes) {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("seed", seen.plan().path("seed").asText());
        figures.put("jobs", jobs.size() + " " + ends(seen));
        Map<String, Integer> faults = new TreeMap<>();
        seen.all("fault").forEach(fault -> faults.merge(fault.path("what").asText(), 1, Integer::sum));
        figures.put("faults", seen.all("fault").size() + " " + faults);
        long redeliveries =
                seen.attempts().filter(attempt -> attempt.number() > 1).count();
        figures.put("redeliveries (attempts after the first)", String.valueOf(redeliveries));
        figures.put("resumes from a checkpoint", String.valueOf(strikes.resumes()));
        figures.put("handovers", String.valueOf(strikes.handovers()));
        figures.put("stale owners", String.valueOf(strikes.staleOwners()));
        figures.put("poison jobs given up", String.valueOf(strikes.poisonJobs()));
        figures.put("copies of terminal events", String.valueOf(copies(seen, false)));
        figures.put("copies for readers of committed records", String.valueOf(copies(seen, true)));
        List<Long> recoveries = seen.all("fault").stream()
                .filter(fault -> fault.path("what").asText().equals("SIGKILL"))
                .flatMap(fault -> seen.attempts()
                        .filter(attempt ->
                                attempt.worker().equals(fault.path("target").asText()))
                        .flatMap(attempt -> seen.next(attempt).stream())
                        .filter(next -> next.at() >= fault.path("t").asLong())
                        .map(next -> next.at() - fault.path("t").asLong()))
                .sorted()
                .toList();
        figures.put(
                "time to recover: from SIGKILL to a job's next attempt",
                recoveries.isEmpty()
                        ? "none"
                        : seconds(recoveries.get(recoveries.size() / 2)) + " (median), "
                                + seconds(recoveries.get(recoveries.size() - 1)) + " (longest)");
        figures.put("device seconds wasted", wasted(seen));
        return figures;
    }

    /** Terminal events on the topic beyond the first of each job. */
    static long copies(Seen seen, boolean committed) {
        return seen.terminal.values().stream()
                .mapToLong(events -> Math.max(
                        0,
                        events.stream()
                                        .filter(event -> !committed
                                                || event.path("committed").asBoolean())
                                        .count()
                                - 1))
                .sum();
    }

    private static Map<String, Integer> ends(Seen seen) {
        Map<String, Integer> ends = new TreeMap<>();
        seen.terminal
                .values()
                .forEach(events ->
                        ends.merge(events.get(0).path("value").path("status").asText(), 1, Integer::sum));
        return ends;
    }

    /** As the terminal events tell it: a worker that was killed cannot tell what it had spent. */
    private static String wasted(Seen seen) {
        double spent = 0;
        double lost = 0;
        for (List<JsonNode> events : seen.terminal.values()) {
            spent += events.get(0).path("value").path("device_ms").asDouble();
            lost += events.get(0).path("value").path("device_ms_lost").asDouble();
        }
        long unclean = seen.attempts()
                .filter(attempt -> !attempt.ended() && seen.next(attempt).isPresent())
                .map(Attempt::job)
                .count();
        return String.format(
                Locale.ROOT,
                "%.1f reported lost beside %.1f used (%.1f %%); and %d attempts that ended without a word, of at most one"
                        + " checkpoint interval (%d ms) each",
                lost / 1000,
                spent / 1000,
                100 * lost / Math.max(1, spent + lost),
                unclean,
                seen.plan().path("checkpoint_ms").asLong());
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
}
