package io.darkroom.replay;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.Failure;
import io.darkroom.job.SurroundingsException;
import io.darkroom.kafka.KafkaClients;
import io.darkroom.worker.ConfiguredStore;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.Producer;
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
            "2:an option is not accepted, they do not go together, or a setting is missing"
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final int SOME_NOT = 1;

    /** What {@code --code} takes. */
    private static final List<String> CODES =
            Arrays.stream(Failure.Code.values()).map(Failure.Code::wireName).toList();

    /** What {@code --reason} takes. */
    private static final List<String> REASONS = Arrays.stream(DeadLetter.Reason.values())
            .map(DeadLetter.Reason::wireName)
            .toList();

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
        return of(config, darkroom).execute(arguments);
    }

    static CommandLine of(Config config, DarkroomConfig darkroom) {
        return new CommandLine(new ReplayCommand(config, darkroom).spec);
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
        require("--reason", reasons, REASONS);
        require("--code", codes, CODES);
        KafkaClients clients = new KafkaClients(kafka());
        try (ConfiguredStore store = store();
                TopicReader topics = new TopicReader(clients.reader("darkroom-replay"));
                Producer<byte[], byte[]> producer = clients.producer("darkroom-replay")) {
            EndedJobs ended =
                    new EndedJobs(topics, store.store(), darkroom.storage().bucket());
            Replay.Way way = new Replay.Way(
                    darkroom.topics().dead(), darkroom.topics().completions(), topic.orElse(null), dryRun);
            Replay.Chosen chosen = new Replay.Chosen(deadLetters, Set.copyOf(reasons), Set.copyOf(codes), ids);
            return new Replay(ended, topics, producer, way, this::say).run(chosen) == 0 ? 0 : SOME_NOT;
        } catch (KafkaException | SurroundingsException e) {
            spec.commandLine().getErr().println("Nothing more is sent: " + e.getMessage());
            return SOME_NOT;
        }
    }

    private ConfiguredStore store() {
        try {
            return ConfiguredStore.open(darkroom.storage());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() + ", so the store cannot be found", e);
        }
    }

    /** What is not there would choose nothing, and look as if there were no such jobs. */
    private void require(String option, List<String> given, List<String> accepted) {
        for (String name : given) {
            if (!accepted.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + " \"" + name + "\": one of these is accepted: " + String.join(", ", accepted));
            }
        }
    }

    /** The settings {@code kafka.*}, as the worker's own clients have them; but to ask for a topic does not make it. */
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
        settings.put("allow.auto.create.topics", false);
        return settings;
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
