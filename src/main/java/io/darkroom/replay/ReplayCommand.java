package io.darkroom.replay;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.JobKey;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.SurroundingsException;
import io.darkroom.kafka.KafkaClients;
import io.darkroom.worker.ConfiguredStore;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.Config;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * {@code java -jar quarkus-run.jar replay …}: puts the requests of chosen jobs that have ended at the end of their topic
 * once more, each as its job's next generation, with a job record, a folder and a {@code ce_id} of its own. Done again it
 * does nothing: a job whose later generation has begun is left alone, unless it is chosen by its id and that has ended.
 */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Has jobs that have ended, or dead letters, done once more: each as its job's next generation. "
                + "Broker and store are found by the worker's own settings.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all that were chosen are sent",
            "1:some could not be sent, or broker or store are not there",
            "2:the options do not go together"
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final int SOME_NOT = 1;
    private static final long PATIENCE_SECONDS = 30;

    @Option(names = "--dead-letters", description = "every dead letter")
    private boolean deadLetters;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "of dead letters, only those put aside for this: attempts_exhausted, id_conflict, …")
    private List<String> reasons = List.of();

    @Option(names = "--id", paramLabel = "ID", description = "this job, however it ended; may be given several times")
    private List<String> ids = List.of();

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description = "jobs whose event says that they failed with this code: internal, out_of_memory, …")
    private List<String> codes = List.of();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "send them there; default: where each came from")
    private Optional<String> topic = Optional.empty();

    @Option(names = "--dry-run", description = "only say what would be sent")
    private boolean dryRun;

    private final CommandSpec spec;
    private final Config config;
    private final DarkroomConfig darkroom;

    private ReplayCommand(Config config, DarkroomConfig darkroom) {
        this.config = config;
        this.darkroom = darkroom;
        this.spec = CommandSpec.forAnnotatedObject(this);
    }

    /**
     * Runs the command.
     *
     * @param config holds {@code kafka.*}
     * @param darkroom Darkroom's own settings
     * @return the exit status
     */
    public static int run(Config config, DarkroomConfig darkroom, String... arguments) {
        return new CommandLine(new ReplayCommand(config, darkroom).spec).execute(arguments);
    }

    @Override
    public Integer call() {
        if (!deadLetters && ids.isEmpty() && codes.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Nothing is chosen: --dead-letters, --id or --code is expected");
        }
        if (!deadLetters && !reasons.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--reason goes with --dead-letters");
        }
        KafkaClients clients = new KafkaClients(kafka());
        try (ConfiguredStore store = ConfiguredStore.open(darkroom.storage());
                TopicReader topics = new TopicReader(clients.reader("darkroom-replay"));
                Producer<byte[], byte[]> producer = clients.producer("darkroom-replay")) {
            return replay(topics, store.store(), producer);
        } catch (KafkaException | SurroundingsException e) {
            spec.commandLine().getErr().println("Nothing more is sent: " + e.getMessage());
            return SOME_NOT;
        }
    }

    private int replay(TopicReader topics, ObjectStore store, Producer<byte[], byte[]> producer) {
        EndedJobs ended = new EndedJobs(topics, store, darkroom.storage().bucket());
        List<String> unknown = new ArrayList<>();
        List<EndedJob> found = new ArrayList<>();
        if (deadLetters) {
            found.addAll(ended.deadLetters(
                    darkroom.topics().dead(), reason -> reasons.isEmpty() || reasons.contains(reason)));
        }
        if (!codes.isEmpty()) {
            Set<String> wanted = Set.copyOf(codes);
            found.addAll(ended.events(
                    darkroom.topics().completions(),
                    event -> event.failureCode() != null && wanted.contains(event.failureCode())));
        }
        found.addAll(ended.records(ids, unknown));
        unknown.forEach(id -> say(id + ": no record of a job that has ended"));
        int failed = unknown.size();
        // First the jobs of their ids, whose next generations are what others' requests may not be; the last generation
        // of a request first, for it stands for those before.
        found.sort(Comparator.comparing(EndedJob::isAnothers)
                .thenComparing(job -> job.job().generation(), Comparator.reverseOrder())
                .thenComparing(EndedJob::byId, Comparator.reverseOrder()));
        Sent sent = new Sent(new HashSet<>(), new HashMap<>());
        for (EndedJob job : found) {
            if (!again(job, sent, ended, topics, producer)) {
                failed++;
            }
        }
        return failed == 0 ? 0 : SOME_NOT;
    }

    /**
     * What this command has to do with no more.
     *
     * @param requests by id and digest
     * @param generations by id
     */
    private record Sent(Set<String> requests, Map<String, Set<Integer>> generations) {}

    /** Whether the job is sent, or need not be. */
    private boolean again(
            EndedJob job, Sent before, EndedJobs ended, TopicReader topics, Producer<byte[], byte[]> producer) {
        String id = job.job().id();
        String name = job.job().name() + " (" + job.how() + ")";
        // By its record alone, where its request is not at hand: most of many have been sent before.
        String recorded = job.letter() != null || job.isAnothers() ? null : ended.digest(job.job());
        if (recorded != null && before.requests().contains(id + " " + recorded)) {
            return true;
        }
        EndedJobs.Next later = recorded == null ? null : ended.next(job, recorded, Set.of());
        if (later != null && later.begun()) {
            return leftAlone(name, later.number());
        }
        Optional<StoredRequest> stored = job.letter() != null
                ? Optional.of(job.letter())
                : topics.at(job.source()).map(TopicReader::request);
        if (stored.isEmpty()) {
            int last = EndedJobs.isDerived(id) ? ended.lastGeneration(id) : 0;
            if (last > job.job().generation() && !job.byId()) {
                return leftAlone(name, last);
            }
            say(name + ": its request is not in " + place(job) + " any more");
            return false;
        }
        Optional<StoredRequest> request = stored.get().withId(id, Instant.now());
        if (request.isEmpty()) {
            say(name + ": what is in " + place(job) + " is no request");
            return false;
        }
        String digest = request.get().digest();
        if (!before.requests().add(id + " " + digest)) {
            return true;
        }
        Set<Integer> taken = before.generations().computeIfAbsent(id, any -> new HashSet<>());
        EndedJobs.Next own = ended.next(job, digest, taken);
        if (own.begun()) {
            return leftAlone(name, own.number());
        }
        JobKey next = new JobKey(id, own.number());
        taken.add(next.generation());
        String to = topic.orElse(job.source().topic());
        if (dryRun) {
            say(name + ": would be sent to " + to + " as generation " + next.generation());
            return true;
        }
        RecordMetadata sent = send(producer, to, request.get().as(next));
        say(name + ": sent to " + to + ", partition " + sent.partition() + ", offset " + sent.offset()
                + ", as generation " + next.generation());
        return true;
    }

    private boolean leftAlone(String name, int generation) {
        say(name + ": left alone, its generation " + generation + " has begun");
        return true;
    }

    private static RecordMetadata send(Producer<byte[], byte[]> producer, String to, StoredRequest request) {
        try {
            return producer.send(new ProducerRecord<>(to, null, request.key(), request.value(), request.headers()))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("the broker does not take it: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    private static String place(EndedJob job) {
        return job.source().topic() + ", partition " + job.source().partition() + ", offset "
                + job.source().offset();
    }

    /** The settings {@code kafka.*}, as the worker's own clients have them. */
    private Map<String, Object> kafka() {
        Map<String, Object> settings = new HashMap<>();
        for (String name : config.getPropertyNames()) {
            if (name.startsWith("kafka.")) {
                config.getOptionalValue(name, String.class)
                        .ifPresent(value -> settings.put(name.substring("kafka.".length()), value));
            }
        }
        config.getOptionalValue("kafka.bootstrap.servers", String.class)
                .ifPresent(servers -> settings.put("bootstrap.servers", servers));
        return settings;
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
