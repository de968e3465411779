package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A run in figures. */
final class Figures {
    private Figures() {}

    static Map<String, String> of(Seen seen, Strikes strikes, Letters letters, Belated belated) {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("seed", seen.plan().path("seed").asText());
        figures.put("jobs", seen.jobs.size() + " " + ends(seen));
        Map<String, Integer> faults = new TreeMap<>();
        seen.all("fault").forEach(fault -> faults.merge(fault.path("what").asText(), 1, Integer::sum));
        figures.put("faults", seen.all("fault").size() + " " + faults);
        long redeliveries =
                seen.attempts().filter(attempt -> attempt.number() > 1).count();
        figures.put("redeliveries (attempts after the first)", String.valueOf(redeliveries));
        figures.put(
                "attempts begun after their job had ended",
                String.valueOf(belated.attempts().size()));
        figures.put("checkpoints read", String.valueOf(seen.all("resume").size()));
        figures.put("resumes that show in what was told", String.valueOf(strikes.resumes()));
        figures.put("handovers", String.valueOf(strikes.handovers()));
        figures.put("stale owners", String.valueOf(strikes.staleOwners()));
        figures.put("poison jobs given up", String.valueOf(strikes.poisonJobs()));
        figures.put("copies of terminal events", String.valueOf(copies(seen, false)));
        figures.put("copies for readers of committed records", String.valueOf(copies(seen, true)));
        figures.put("copies of dead letters", String.valueOf(letters.copies()));
        figures.put("time to recover: from SIGKILL until the first of its jobs is taken up", recovery(seen));
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

    private static String recovery(Seen seen) {
        List<Long> times = seen.all("fault").stream()
                .filter(fault -> fault.path("what").asText().equals("SIGKILL"))
                .flatMap(fault -> takenUpAfter(seen, fault).stream())
                .sorted()
                .toList();
        return times.isEmpty()
                ? "none"
                : seconds(times.get(times.size() / 2)) + " (median), " + seconds(times.get(times.size() - 1))
                        + " (longest)";
    }

    private static Optional<Long> takenUpAfter(Seen seen, JsonNode kill) {
        long at = kill.path("t").asLong();
        return seen.attempts()
                .filter(attempt -> attempt.worker().equals(kill.path("target").asText()))
                .flatMap(attempt -> seen.next(attempt).stream())
                .filter(next -> next.at() >= at)
                .map(next -> next.at() - at)
                .min(Comparator.naturalOrder());
    }

    private static Map<String, Integer> ends(Seen seen) {
        Map<String, Integer> ends = new TreeMap<>();
        seen.terminal
                .values()
                .forEach(events ->
                        ends.merge(events.get(0).path("value").path("status").asText(), 1, Integer::sum));
        return ends;
    }

    private static String wasted(Seen seen) {
        Waste waste = Waste.of(seen);
        long unclean = seen.attempts()
                .filter(attempt -> !attempt.ended() && seen.next(attempt).isPresent())
                .count();
        return String.format(
                Locale.ROOT,
                "%.3f made again beside %.3f used (%.1f %%); %d attempts ended without a word",
                waste.againMs() / 1000,
                waste.usedMs() / 1000,
                100 * waste.againMs() / Math.max(1, waste.usedMs()),
                unclean);
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
}
