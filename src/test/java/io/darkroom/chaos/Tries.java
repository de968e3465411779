package io.darkroom.chaos;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** How often each job that has not ended was begun, and where last. For any thread. */
final class Tries {
    /** Attempts that end without a word after which a job is given up, as shipped. */
    static final int MOST = 3;

    private record Try(int number, int slot) {}

    private final Map<String, Try> jobs = new ConcurrentHashMap<>();

    /** Returns which attempt it is, from 1. */
    int begun(String job, int slot) {
        return jobs.merge(job, new Try(1, slot), (before, now) -> new Try(before.number() + 1, slot))
                .number();
    }

    void ended(String job) {
        jobs.remove(job);
    }

    /** The jobs that were begun last at a slot. */
    Set<String> at(int slot) {
        return jobs.entrySet().stream()
                .filter(each -> each.getValue().slot() == slot)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Whether some of these jobs have not ended, and none of them was begun elsewhere than at a slot. */
    boolean awaited(Set<String> some, int slot) {
        List<Try> open = some.stream().map(jobs::get).filter(Objects::nonNull).toList();
        return !open.isEmpty() && open.stream().allMatch(each -> each.slot() == slot);
    }

    /** Whether a slot has a job that may not be disturbed once more; poison ones do not count. */
    boolean onLastAttempt(int slot) {
        return jobs.entrySet().stream()
                .anyMatch(each -> each.getValue().slot() == slot
                        && each.getValue().number() >= MOST
                        && !each.getKey().startsWith(Slot.POISON));
    }
}
