package io.darkroom.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.Renderer;
import io.darkroom.pipeline.SavedPicture;
import io.darkroom.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes jobs under way down, and takes them up again. What a job is made of is taken on the device's thread, between two
 * calls, which copies nothing; the file is made beside it.
 *
 * <p>A file holds for each picture i the tensors {@code <i>.*}; its metadata say whose it is ({@link
 * CheckpointIdentity}), which provider made it, the numbers of each picture ({@code pictures}), and the device
 * milliseconds in it by attempt ({@code device_ms}).
 */
final class Checkpoints {
    private static final Logger LOG = Logger.getLogger(Checkpoints.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String provider;
    private final Executor beside;
    private final double everyMs;

    /**
     * @param provider {@code cpu} or {@code cuda}
     * @param beside where files are made
     * @param every device time of a job between two checkpoints; zero for none
     */
    Checkpoints(String provider, Executor beside, Duration every) {
        this.provider = provider;
        this.beside = beside;
        this.everyMs = every.isZero() ? Double.POSITIVE_INFINITY : every.toNanos() / 1e6;
    }

    /** A step was made: hands over a checkpoint where one is due. */
    void stepped(Flight flight) {
        double now = flight.clock.deviceMs();
        if (now - flight.checkpointedMs >= everyMs && !flight.sampling().isEmpty()) {
            flight.checkpointedMs = now;
            make(flight, flight.work.listener()::checkpoint, () -> {});
        }
    }

    /** The job leaves: hands over what it has come to, or null where that is no more than it began with. */
    void part(Flight flight) {
        Renderer.Listener listener = flight.work.listener();
        make(flight, listener::saved, () -> listener.saved(null));
    }

    private void make(Flight flight, Consumer<Checkpoint> then, Runnable otherwise) {
        int step = flight.step();
        double deviceMs = flight.clock.deviceMs();
        List<SavedPicture> pictures;
        try {
            pictures = flight.pictures().stream().map(p -> p.sampling.save()).toList();
        } catch (IllegalStateException e) {
            LOG.warnf("%s: cannot be written down: %s", flight.work.job().key().name(), e.getMessage());
            otherwise.run();
            return;
        }
        if (step <= flight.resumedStep) {
            otherwise.run();
            return;
        }
        beside.execute(() -> {
            try {
                then.accept(new Checkpoint(step, deviceMs, file(flight, pictures, step, deviceMs)));
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.errorf(
                        e, "%s: writing it down failed", flight.work.job().key().name());
                otherwise.run();
            }
        });
    }

    private Bytes file(Flight flight, List<SavedPicture> pictures, int step, double deviceMs) {
        Map<String, String> metadata = CheckpointIdentity.of(flight);
        metadata.put("provider", provider);
        metadata.put("attempt", Integer.toString(flight.work.job().attempt()));
        metadata.put("step", Integer.toString(step));
        Map<Integer, Double> spent = new TreeMap<>(flight.keptMs);
        spent.put(flight.work.job().attempt(), deviceMs);
        metadata.put("device_ms", JSON.valueToTree(spent).toString());
        ArrayNode numbers = JSON.createArrayNode();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            String below = i + ".";
            pictures.get(i).tensors().forEach((name, tensor) -> tensors.put(below + name, tensor));
            ObjectNode of = numbers.addObject();
            // As text: JSON has no infinity, and a decimal is read back to the last bit.
            new TreeMap<>(pictures.get(i).numbers()).forEach((name, number) -> of.put(name, number.toString()));
        }
        metadata.put("pictures", numbers.toString());
        return new CheckpointFile(metadata, tensors).write();
    }

    /**
     * The job's checkpoint, if it was given one and that fits: to be taken up by {@link #takeUp} once its pictures have
     * begun.
     *
     * @throws UnusableCheckpointException where it does not fit
     */
    static @Nullable CheckpointFile open(Flight flight) throws UnusableCheckpointException {
        Checkpoint.Stored stored = flight.work.job().checkpoint();
        if (stored == null) {
            return null;
        }
        CheckpointFile file = CheckpointFile.read(stored.content());
        CheckpointIdentity.require(file, flight);
        return file;
    }

    /** Goes on from a checkpoint. */
    void takeUp(Flight flight, CheckpointFile file) throws UnusableCheckpointException {
        try {
            List<SavedPicture> saved = pictures(file);
            if (saved.size() != flight.pictures().size()) {
                throw new IllegalArgumentException(saved.size() + " pictures, expected "
                        + flight.pictures().size());
            }
            for (int i = 0; i < saved.size(); i++) {
                flight.pictures().get(i).sampling.restore(saved.get(i));
            }
            JSON.readTree(file.metadata().get("device_ms"))
                    .properties()
                    .forEach(each -> flight.keptMs.put(
                            Integer.parseInt(each.getKey()), each.getValue().asDouble()));
        } catch (JsonProcessingException | RuntimeException e) {
            throw new UnusableCheckpointException("it does not fit: " + e, false);
        }
        flight.resumedStep = flight.step();
        String made = String.valueOf(file.metadata().get("provider"));
        LOG.infof(
                "%s goes on at step %d of %d from checkpoint %s-%s%s",
                flight.work.job().key().name(),
                flight.step(),
                flight.steps(),
                file.metadata().get("attempt"),
                file.metadata().get("step"),
                made.equals(provider) ? "" : ", which was made on " + made);
        flight.work.listener().resumed(flight.keptMs);
    }

    private static List<SavedPicture> pictures(CheckpointFile file) throws JsonProcessingException {
        List<SavedPicture> pictures = new ArrayList<>();
        for (JsonNode of : JSON.readTree(file.metadata().get("pictures"))) {
            Map<String, Double> numbers = new LinkedHashMap<>();
            of.properties()
                    .forEach(each -> numbers.put(
                            each.getKey(), Double.valueOf(each.getValue().textValue())));
            String below = pictures.size() + ".";
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            file.tensors().forEach((name, tensor) -> {
                if (name.startsWith(below)) {
                    tensors.put(name.substring(below.length()), tensor);
                }
            });
            pictures.add(new SavedPicture(tensors, numbers));
        }
        return pictures;
    }

    /** Tells that a checkpoint is of no use, in the log and to the delivery. */
    static void ignore(Flight.Work work, UnusableCheckpointException e) {
        Checkpoint.Stored stored = work.job().checkpoint();
        LOG.warnf(
                "%s: the checkpoint %s is ignored: %s",
                work.job().key().name(), stored == null ? "" : stored.name(), e.getMessage());
        work.listener().unusable(e.wholeAttempt());
    }
}
