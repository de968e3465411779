package io.darkroom.replay;

import io.darkroom.job.JobKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of chosen jobs once more, each as its job's next generation, and says of each what became of it. What
 * goes wrong with one is its own, and the others are sent all the same. For one thread, and one use.
 */
final class Replay {
    private static final long PATIENCE_SECONDS = 30;
    /** After so many that it did not answer, one after another, the broker is taken to be gone. */
    private static final int MOST_SILENCES = 3;

    /**
     * Which jobs.
     *
     * @param deadLetters whether dead letters are among them
     * @param reasons of dead letters; any where none is given
     * @param codes of failures
     * @param ids as they were given: they need not be any
     */
    record Chosen(boolean deadLetters, Set<String> reasons, Set<String> codes, List<String> ids) {
        Chosen {
            reasons = Set.copyOf(reasons);
            codes = Set.copyOf(codes);
            ids = List.copyOf(ids);
        }
    }

    /**
     * Where from and where to.
     *
     * @param dead the topic of dead letters
     * @param completions the topic of terminal events
     * @param to where all are sent; null for where each came from
     * @param dryRun whether nothing is sent
     */
    record Way(String dead, String completions, @Nullable String to, boolean dryRun) {}

    // What this command has to do with no more: requests by id and digest, and generations by id.
    private final Set<String> requests = new HashSet<>();
    private final Map<String, Set<Integer>> generations = new HashMap<>();

    private final EndedJobs ended;
    private final TopicReader topics;
    private final Producer<byte[], byte[]> producer;
    private final Way way;
    private final Consumer<String> say;
    private int failed;
    private int silences;

    /** @param say takes each line that is for people */
    Replay(EndedJobs ended, TopicReader topics, Producer<byte[], byte[]> producer, Way way, Consumer<String> say) {
        this.ended = ended;
        this.topics = topics;
        this.producer = producer;
        this.way = way;
        this.say = say;
    }

    /**
     * Sends them.
     *
     * @return how many of what was chosen could not be sent, or not be looked for
     * @throws KafkaException where it is of no use to go on with the others
     */
    int run(Chosen chosen) {
        List<EndedJob> found = find(chosen);
        // First the jobs of their ids, whose next generations are what others' requests may not be; the last generation
        // of a request first, for it stands for those before.
        found.sort(Comparator.comparing(EndedJob::isAnothers)
                .thenComparing(job -> job.job().generation(), Comparator.reverseOrder())
                .thenComparing(EndedJob::byId, Comparator.reverseOrder()));
        found.forEach(job -> attempt(name(job) + ": cannot be sent", () -> again(job)));
        return failed;
    }

    /** A topic that cannot be read to its end chooses nothing. */
    private List<EndedJob> find(Chosen chosen) {
        List<EndedJob> found = new ArrayList<>();
        Set<String> reasons = chosen.reasons();
        if (chosen.deadLetters()) {
            attempt(
                    way.dead() + ": cannot be read",
                    () -> found.addAll(
                            ended.deadLetters(way.dead(), reason -> reasons.isEmpty() || reasons.contains(reason))));
        }
        if (!chosen.codes().isEmpty()) {
            attempt(
                    way.completions() + ": cannot be read",
                    () -> found.addAll(ended.events(
                            way.completions(),
                            event -> event.failureCode() != null
                                    && chosen.codes().contains(event.failureCode()))));
        }
        chosen.ids().forEach(id -> byId(id).ifPresent(found::add));
        return found;
    }

    private Optional<EndedJob> byId(String id) {
        if (!JobKey.isId(id)) {
            fails("\"" + id + "\" is no job id: a letter or digit, then up to 127 of A-Z a-z 0-9 . _ - is accepted");
            return Optional.empty();
        }
        Optional<EndedJob> found = ended.record(id);
        if (found.isEmpty()) {
            fails(id + ": no record of a job that has ended");
        }
        return found;
    }

    /** Does something for which the broker is needed. What goes wrong is told, and stops nothing else. */
    private void attempt(String otherwise, Runnable step) {
        try {
            step.run();
            silences = 0;
        } catch (AuthenticationException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            silences = e instanceof TimeoutException ? silences + 1 : 0;
            if (silences == MOST_SILENCES) {
                throw e;
            }
            fails(otherwise + ": " + e.getMessage());
        }
    }

    private void again(EndedJob job) {
        // By its record alone, where its request is not at hand: most of many have been sent before.
        String recorded = job.letter() != null || job.isAnothers() ? null : ended.digest(job.job());
        if (recorded != null && requests.contains(request(job, recorded))) {
            return;
        }
        EndedJobs.Next later = recorded == null ? null : ended.next(job, recorded, Set.of());
        if (later != null && later.begun()) {
            leftAlone(job, later.number());
            return;
        }
        Optional<StoredRequest> stored = job.letter() != null
                ? Optional.of(job.letter())
                : topics.at(job.source()).map(TopicReader::request);
        stored.ifPresentOrElse(found -> again(job, found), () -> gone(job));
    }

    private void again(EndedJob job, StoredRequest stored) {
        String id = job.job().id();
        Optional<StoredRequest> request = stored.withId(id, Instant.now());
        if (request.isEmpty()) {
            fails(name(job) + ": what is in " + place(job) + " is no request");
            return;
        }
        String digest = request.get().digest();
        if (!requests.add(request(job, digest))) {
            return;
        }
        Set<Integer> taken = generations.computeIfAbsent(id, any -> new HashSet<>());
        EndedJobs.Next own = ended.next(job, digest, taken);
        if (own.begun()) {
            leftAlone(job, own.number());
            return;
        }
        taken.add(own.number());
        String to = way.to() != null ? way.to() : job.source().topic();
        // A producer would wait for a topic that is not there.
        topics.require(to);
        if (way.dryRun()) {
            say.accept(name(job) + ": would be sent to " + to + " as generation " + own.number());
            return;
        }
        RecordMetadata sent = send(to, request.get().as(new JobKey(id, own.number())));
        say.accept(name(job) + ": sent to " + to + ", partition " + sent.partition() + ", offset " + sent.offset()
                + ", as generation " + own.number());
    }

    /** Its request is in its topic no more. */
    private void gone(EndedJob job) {
        String id = job.job().id();
        int last = EndedJobs.isDerived(id) ? ended.lastGeneration(id) : 0;
        if (last > job.job().generation() && !job.byId()) {
            leftAlone(job, last);
            return;
        }
        fails(name(job) + ": its request is not in " + place(job) + " any more");
    }

    private void leftAlone(EndedJob job, int generation) {
        say.accept(name(job) + ": left alone, its generation " + generation + " has begun");
    }

    private void fails(String line) {
        say.accept(line);
        failed++;
    }

    private RecordMetadata send(String to, StoredRequest request) {
        try {
            return producer.send(new ProducerRecord<>(to, null, request.key(), request.value(), request.headers()))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause
                    ? cause
                    : new KafkaException("the broker does not take it: " + e.getMessage(), e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new TimeoutException("the broker has not answered for " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static String request(EndedJob job, String digest) {
        return job.job().id() + " " + digest;
    }

    private static String name(EndedJob job) {
        return job.job().name() + " (" + job.how() + ")";
    }

    private static String place(EndedJob job) {
        return job.source().topic() + ", partition " + job.source().partition() + ", offset "
                + job.source().offset();
    }
}
