package io.darkroom.job.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.CheckpointName;
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
    /** Device milliseconds that all attempts at a job have spent. */
    private final Map<JobKey, Double> spent = new HashMap<>();
    /** The first checkpoint that came as far as any, with what had been disturbed when its attempt was made. */
    private final Map<JobKey, Furthest> furthest = new HashMap<>();

    /** What had been disturbed of a job that ended when the attempt was made that came furthest. */
    private final Map<TerminalEvent, Integer> restarts = new HashMap<>();

    private record Furthest(int step, Map<Source, Integer> disturbedBefore) {}

    Promises(Simulation simulation) {
        this.simulation = simulation;
    }

    /** A poison job has ended its worker. */
    void poisoned(Source source, int most) {
        int times = poisoned.merge(source, 1, Integer::sum);
        require(times <= most, "a poison job was rendered " + times + " times: " + source);
    }

    /** Whether a job's outcome is stored. */
    boolean ended(JobKey key) {
        return simulation.store.read(new Location(Simulation.BUCKET, JobRecord.outcomeKey(key)), Long.MAX_VALUE)
                != null;
    }

    /** A job is rendered: it had not ended when its delivery began, and goes on from where it had come to. */
    void rendered(SimulatedWorker.InFlight delivery, int start) {
        require(!delivery.ended, "rendered again after its end: " + delivery);
        require(
                start >= delivery.seen,
                delivery + " starts at step " + start + ", and could go on from " + delivery.seen);
    }

    /** A delivery makes an attempt. */
    void attempted(SimulatedWorker.InFlight delivery) {
        delivery.disturbedBefore = new HashMap<>(simulation.disturbed);
        if (delivery.cutShort) {
            delivery.disturbedBefore.merge(delivery.request.record().source(), -1, Integer::sum);
        }
    }

    /** A delivery reads the record: from here it knows how far the job had come. */
    void recordRead(SimulatedWorker.InFlight delivery) {
        String folder = CheckpointName.folder(delivery.key());
        for (String key : simulation.store.list(Simulation.BUCKET, folder)) {
            byte[] content = simulation.store.read(new Location(Simulation.BUCKET, key), Long.MAX_VALUE);
            if (content != null) {
                delivery.seen = Math.max(delivery.seen, FakeDevice.step(Bytes.of(content)));
            }
        }
        Furthest most = furthest.get(delivery.key());
        delivery.restart = most == null
                ? 0
                : most.disturbedBefore().getOrDefault(delivery.request.record().source(), 0);
    }

    /** A checkpoint comes into the store. */
    void furthest(SimulatedWorker.InFlight delivery, CheckpointName name) {
        Furthest most = furthest.get(delivery.key());
        if (most == null || name.step() > most.step()) {
            furthest.put(delivery.key(), new Furthest(name.step(), delivery.disturbedBefore));
        }
    }

    /** Checkpoints are deleted: nobody needs them any more. */
    void deleted(JobKey key) {
        require(simulation.log.acknowledged.contains(key), "checkpoints deleted before the event is told: " + key);
    }

    /** A job is left, cleanly or not: what the device gave up is there, unless the job has been told to have ended since. */
    void left(SimulatedWorker.InFlight delivery) {
        CheckpointName parting = delivery.parting;
        require(
                parting == null
                        || simulation.log.acknowledged.contains(delivery.key())
                        || simulation.store.read(
                                        new Location(Simulation.BUCKET, parting.key(delivery.key())), Long.MAX_VALUE)
                                != null,
                delivery + " is left without checkpoint " + parting);
    }

    /** An outcome is to be written. */
    void decided(SimulatedWorker.InFlight delivery, Bytes data) {
        TerminalEvent event = TerminalEvent.read(delivery.key(), data);
        if (event != null) {
            restarts.putIfAbsent(event, delivery.restart);
        }
    }

    /** The device made a step for a job. */
    void spent(JobKey key) {
        spent.merge(key, FakeDevice.MS_A_STEP, Double::sum);
    }

    /** What a completed job says of the device: its picture took so many steps, and no more was lost than was spent. */
    private void accounts(TerminalEvent event) {
        double used = event.json().path("device_ms").asDouble();
        double lost = event.json().path("device_ms_lost").asDouble();
        require(used == FakeDevice.STEPS * FakeDevice.MS_A_STEP, event.key() + " took " + used + " ms");
        require(
                used + lost <= spent.getOrDefault(event.key(), 0.0),
                event.key() + " lost " + lost + " ms besides " + used + " of " + spent.get(event.key()));
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
        if (event.type() == EventType.COMPLETED) {
            accounts(event);
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
            int since = cut - restarts.getOrDefault(event, 0);
            require(
                    since >= Simulation.MAX_ATTEMPTS,
                    event.key() + " was given up after " + since + " disturbances since it came further");
            if (event.from(request.record().source())) {
                require(letter(request, "attempts_exhausted", true), "given up and not put aside: " + event.key());
            }
            return;
        }
        boolean taken = ended.equals("invalid_request");
        boolean inTheWay = simulation.leftovers.inTheWay(request.parsed());
        boolean mayBeSeen = simulation.leftovers.resultInTheWay(request.parsed());
        boolean fits =
                switch (request.kind()) {
                    case GOOD -> inTheWay ? taken : ended.equals("completed");
                    case FAILS -> ended.equals("unsupported") || (mayBeSeen && taken);
                    case POISON, LATE_POISON -> mayBeSeen && taken;
                    case REFUSED -> ended.equals("storage_unavailable");
                    case EXPIRES -> ended.equals("expired") || (inTheWay ? taken : ended.equals("completed"));
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
