package io.darkroom.job.simulation;

import io.darkroom.job.DeadLetter;
import io.darkroom.job.JobKey;
import io.darkroom.job.Offsets;
import io.darkroom.job.TerminalEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The topics: requests with their owners and commits, terminal events, dead letters. */
final class FakeLog {
    /** A dead letter as its reader sees it. */
    record Letter(String reason, int partition, long offset) {}

    final List<List<Scenario.Request>> requests;
    final long[] committed;
    /** The same with what is settled above. */
    final Offsets.Commit[] left;
    /** Raised whenever a partition changes hands: who holds an older one is no longer its owner. */
    final int[] epoch;

    final Map<JobKey, Set<TerminalEvent>> events = new HashMap<>();
    final Set<JobKey> acknowledged = new HashSet<>();
    final Set<Letter> letters = new HashSet<>();
    final Set<Letter> acknowledgedLetters = new HashSet<>();

    FakeLog(List<List<Scenario.Request>> requests) {
        this.requests = requests;
        this.committed = new long[requests.size()];
        this.left = new Offsets.Commit[requests.size()];
        Arrays.fill(left, Offsets.Commit.at(0));
        this.epoch = new int[requests.size()];
    }

    void append(TerminalEvent event) {
        events.computeIfAbsent(event.key(), key -> new HashSet<>()).add(event);
    }

    void append(DeadLetter letter) {
        letters.add(read(letter));
    }

    static Letter read(DeadLetter letter) {
        Map<String, String> headers = new HashMap<>();
        for (var header : letter.headers()) {
            var value = header.value();
            headers.put(header.name(), value == null ? "" : value.text());
        }
        return new Letter(
                headers.getOrDefault("darkroom-dead-reason", ""),
                Integer.parseInt(headers.getOrDefault("darkroom-dead-partition", "-1")),
                Long.parseLong(headers.getOrDefault("darkroom-dead-offset", "-1")));
    }

    /** Whether a commit of an owner of that epoch is taken. */
    boolean commit(int partition, int ownersEpoch, Offsets.Commit commit) {
        if (epoch[partition] != ownersEpoch) {
            return false;
        }
        committed[partition] = commit.offset();
        left[partition] = commit;
        return true;
    }

    List<Scenario.Request> all() {
        List<Scenario.Request> all = new ArrayList<>();
        requests.forEach(all::addAll);
        return all;
    }
}
