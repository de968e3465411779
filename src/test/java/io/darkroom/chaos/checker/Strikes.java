package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.chaos.checker.Seen.Attempt;
import java.util.List;

/** How often faults really struck, as job records and progress events show it. */
record Strikes(long resumes, long handovers, long staleOwners, long poisonJobs) {
    static Strikes of(Seen seen) {
        return new Strikes(
                Resumes.count(seen),
                seen.attempts()
                        .filter(Attempt::clean)
                        .filter(attempt -> takenUpByAnother(seen, attempt))
                        .count(),
                seen.all("fault").stream()
                        .filter(fault -> madeAStaleOwner(seen, fault))
                        .count(),
                seen.jobs.entrySet().stream()
                        .filter(job -> Seen.poison(job.getValue()))
                        .filter(job -> seen.attempts
                                        .getOrDefault(job.getKey(), List.of())
                                        .size()
                                >= 3)
                        .count());
    }

    private static boolean takenUpByAnother(Seen seen, Attempt attempt) {
        return seen.next(attempt)
                .filter(next -> !next.worker().equals(attempt.worker()))
                .isPresent();
    }

    /** Whether a worker was away for longer than the session and has lost a job to another meanwhile. */
    private static boolean madeAStaleOwner(Seen seen, JsonNode fault) {
        long from = fault.path("t").asLong();
        long until = fault.path("until").asLong(from);
        if (until - from <= seen.plan().path("session_ms").asLong()) {
            return false;
        }
        return seen.attempts()
                .filter(attempt -> attempt.worker().equals(fault.path("target").asText()))
                .filter(attempt -> attempt.at() <= from && !attempt.ended())
                .anyMatch(attempt -> seen.next(attempt)
                        .filter(next -> !next.worker().equals(attempt.worker()))
                        .filter(next -> next.at() > from && next.at() <= until)
                        .isPresent());
    }
}
