package io.darkroom.job.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.EventType;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.Offsets;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** What is promised to those who send requests, checked whenever it could be broken. */
final class Promises {
    private final Simulation simulation;
    private final Map<Source, Integer> poisoned = new HashMap<>();

    Promises(Simulation simulation) {
        this.simulation = simulation;
    }

    /** A poison job has ended its worker. */
    void poisoned(Source source) {
        int times = poisoned.merge(source, 1, Integer::sum);
        require(times <= Simulation.MAX_ATTEMPTS, "a poison job was rendered " + times + " times: " + source);
    }

    /** Whether a job's outcome is stored. */
    boolean ended(JobKey key) {
        return simulation.store.read(new Location(Simulation.BUCKET, JobRecord.outcomeKey(key)), Long.MAX_VALUE)
                != null;
    }

    /** A job is rendered: it had not ended when its delivery began. */
    void rendered(SimulatedWorker.InFlight delivery) {
        require(!delivery.ended, "rendered again after its end: " + delivery);
    }

    /** An event was sent: what it announces is there. */
    void sent(TerminalEvent event) {
        for (JsonNode output : event.json().path("outputs")) {
            String key = output.path("key").asText();
            byte[] content = simulation.store.read(new Location(Simulation.BUCKET, key), Long.MAX_VALUE);
            require(content != null, "announced and not there: " + key);
            Bytes stored = Bytes.of(content == null ? new byte[0] : content);
            require(
                    stored.sha256().equals(output.path("sha256").asText())
                            && stored.size() == output.path("bytes").asInt(),
                    "announced and another: " + key);
            require(stored.text().startsWith(digest(event.key())), "of another request: " + key);
        }
        require(
                simulation.log.events.getOrDefault(event.key(), Set.of()).size() == 1,
                "a second event: " + event.key());
    }

    /** The broker has said that it has what was sent. */
    void acknowledged(DeliveryAction action) {
        if (action instanceof DeliveryAction.Announce announce) {
            simulation.log.acknowledged.add(announce.event().key());
        } else if (action instanceof DeliveryAction.SendDeadLetter send) {
            simulation.log.acknowledgedLetters.add(FakeLog.read(send.letter()));
        }
    }

    /** A commit was taken: everything below it is told, and so is what it says of those above. */
    void committed(int partition, Offsets.Commit commit) {
        List<Scenario.Request> requests = simulation.log.requests.get(partition);
        LongStream.concat(
                        LongStream.range(0, commit.offset()),
                        commit.settledAbove().stream().mapToLong(above -> above))
                .mapToObj(offset -> requests.get((int) offset))
                .forEach(request -> require(
                        told(request),
                        "committed and not told: " + request.record().source()));
    }

    private boolean told(Scenario.Request request) {
        boolean event = simulation.log.acknowledged.contains(request.parsed().key());
        return conflicts(request)
                ? letter(request, "id_conflict", true)
                : event && (request.kind() != Scenario.Kind.UNREADABLE || letter(request, "unreadable", true));
    }

    /** Nothing is left to do: every job has ended, once, and as it had to. */
    void atTheEnd(Set<JobKey> canceled) {
        FakeLog log = simulation.log;
        for (int p = 0; p < log.requests.size(); p++) {
            require(log.committed[p] == log.requests.get(p).size(), "partition " + p + " stays at " + log.committed[p]);
        }
        for (Scenario.Request request : log.all()) {
            JobKey key = request.parsed().key();
            Set<TerminalEvent> events = log.events.getOrDefault(key, Set.of());
            require(events.size() == 1, events.size() + " distinct events of " + key);
            require(told(request), "not told: " + request.record().source());
            require(conflicts(request) == letter(request, "id_conflict", false), "id conflict: " + key);
            if (!conflicts(request)) {
                events.forEach(event -> asItHadTo(request, event, canceled.contains(key)));
                events.forEach(this::resultIsTheOutcome);
            }
        }
    }

    /** What people read beside the pictures is what was announced. */
    private void resultIsTheOutcome(TerminalEvent event) {
        JsonNode first = event.json().path("outputs").path(0);
        if (event.type() != EventType.COMPLETED || first.isMissingNode()) {
            return;
        }
        String picture = first.path("key").asText();
        String key = picture.substring(0, picture.lastIndexOf('/') + 1) + "result.json";
        byte[] result = simulation.store.read(new Location(Simulation.BUCKET, key), Long.MAX_VALUE);
        require(result != null && Bytes.of(result).equals(event.data()), "another result than announced: " + key);
    }

    private void asItHadTo(Scenario.Request request, TerminalEvent event, boolean canceled) {
        String code = event.failureCode() == null ? "" : event.failureCode();
        String ended = event.type() == EventType.FAILED ? code : event.type().status();
        if (ended.equals("canceled")) {
            require(canceled, "nobody canceled " + event.key());
            return;
        }
        if (ended.equals("attempts_exhausted")) {
            JsonNode at = event.json().path("source");
            int cut = simulation.disturbed.entrySet().stream()
                    .filter(e -> e.getKey().partition() == at.path("partition").asInt()
                            && e.getKey().offset() == at.path("offset").asLong())
                    .mapToInt(Map.Entry::getValue)
                    .sum();
            require(cut >= Simulation.MAX_ATTEMPTS, event.key() + " was given up after " + cut + " disturbances");
            if (event.from(request.record().source())) {
                require(letter(request, "attempts_exhausted", true), "given up and not put aside: " + event.key());
            }
            return;
        }
        boolean fits =
                switch (request.kind()) {
                    case GOOD -> ended.equals("completed");
                    case FAILS -> ended.equals("unsupported");
                    case POISON -> false;
                    case REFUSED -> ended.equals("storage_unavailable");
                    case EXPIRES -> ended.equals("completed") || ended.equals("expired");
                    case INVALID, UNREADABLE -> ended.equals("invalid_request");
                };
        require(fits, request.kind() + " ended as " + ended + ": " + event.key());
    }

    /** Whether the id belongs to a request with another content: the one whose attempt was the first. */
    private boolean conflicts(Scenario.Request request) {
        String first = digest(request.parsed().key());
        return !first.isEmpty() && !first.equals(request.parsed().digest());
    }

    private String digest(JobKey key) {
        JobRecord record = JobRecords.read(simulation.store, Simulation.BUCKET, key);
        return record.attempts().isEmpty() ? "" : record.attempts().get(0).digest();
    }

    private boolean letter(Scenario.Request request, String reason, boolean acknowledged) {
        Source at = request.record().source();
        FakeLog.Letter letter = new FakeLog.Letter(reason, at.partition(), at.offset());
        return (acknowledged ? simulation.log.acknowledgedLetters : simulation.log.letters).contains(letter);
    }

    private static void require(boolean kept, String broken) {
        if (!kept) {
            throw new Violation(broken);
        }
    }
}
