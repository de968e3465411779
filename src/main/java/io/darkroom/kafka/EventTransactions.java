package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Offsets;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.Errors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Terminal events and the offsets of the requests that they answer, in one transaction: who reads committed records only
 * sees each event once, whatever happens to this worker.
 *
 * <p>What ends within a tenth of a second shares a transaction. It is fenced by the consumer's place in its group: a worker
 * whose partitions are another's by now is refused, and its events are aborted with its offsets. One thread owns the
 * producer; after an error that it does not survive it is made anew.
 */
@ApplicationScoped
class EventTransactions implements OffsetCommits, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EventTransactions.class);
    /** What ends meanwhile shares a transaction. */
    private static final long GATHER_MS = 100;

    private static final long AGAIN_MS = 1000;
    private static final Duration LAST_COMMIT = Duration.ofSeconds(10);

    /** An event that waits for its transaction. */
    private record Pending(
            ProducerRecord<String, byte[]> event, Source answers, CompletableFuture<@Nullable Void> told) {}

    private final RequestOffsets offsets;
    private final Supplier<Producer<String, byte[]>> producers;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "transactions");
        made.setDaemon(true);
        return made;
    });

    private List<Pending> pending = new ArrayList<>();
    private boolean scheduled;
    /** By the clock of {@link System#nanoTime}. */
    private long scheduledFor;

    private volatile @Nullable ConsumerGroupMetadata place;
    private volatile Runnable askPlace = () -> {};
    private volatile boolean closing;
    /** Of the thread alone; null before the first transaction, and after an error that it did not survive. */
    private @Nullable Producer<String, byte[]> producer;

    @Inject
    EventTransactions(RequestOffsets offsets, KafkaClients clients, DarkroomConfig config) {
        this(offsets, producers(clients, config.worker().group()));
    }

    /** The id is one process's own: what keeps a stale worker out is its place in the group. */
    private static Supplier<Producer<String, byte[]>> producers(KafkaClients clients, String group) {
        String id = group + "-events-" + UUID.randomUUID();
        return () -> clients.transactional(id);
    }

    /** @param producers makes a producer with a transactional id; not yet initialized */
    EventTransactions(RequestOffsets offsets, Supplier<Producer<String, byte[]>> producers) {
        this.offsets = offsets;
        this.producers = producers;
    }

    /** Completes when the transaction with this event and its request's offset is committed; fails when it is aborted. */
    CompletionStage<?> announce(ProducerRecord<String, byte[]> event, Source answers) {
        Pending one = new Pending(event, answers, new CompletableFuture<>());
        synchronized (this) {
            pending.add(one);
        }
        schedule(GATHER_MS);
        return one.told();
    }

    @Override
    public void commitNext() {
        if (!offsets.due().isEmpty()) {
            schedule(GATHER_MS);
        }
    }

    @Override
    public boolean mustLearn() {
        return true;
    }

    @Override
    public synchronized void member(ConsumerGroupMetadata now) {
        place = now;
        notifyAll();
    }

    /** @param ask has {@link #member} told soon, where the polling thread is free to */
    void askPlaceBy(Runnable ask) {
        askPlace = ask;
    }

    @Override
    public void commitNow(Consumer<?, ?> polling, Collection<TopicPartition> leaving) {
        // By the present place: these partitions are given back, and later it would undo what their next owner commits.
        ConsumerGroupMetadata known = place;
        try {
            // Looked up in its turn: ahead of a transaction that is under way, what that one settles would be taken
            // back.
            thread.submit(() -> commitLast(leaving, known)).get(LAST_COMMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | java.util.concurrent.TimeoutException | RejectedExecutionException e) {
            LOG.warnf("Commit of %s failed (%s): the next owner meets those jobs' records.", leaving, e);
        }
    }

    private void commitLast(Collection<TopicPartition> leaving, @Nullable ConsumerGroupMetadata known) {
        Map<TopicPartition, Offsets.Commit> due = offsets.due(leaving);
        if (!due.isEmpty()) {
            transact(List.of(), due, known);
            offsets.committed(due);
        }
    }

    private synchronized void schedule(long inMs) {
        long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(inMs);
        // What comes sooner goes first; the later one then finds little to do.
        if (!closing && (!scheduled || at - scheduledFor < 0)) {
            scheduled = true;
            scheduledFor = at;
            var unused = thread.schedule(this::commitPending, inMs, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized List<Pending> take() {
        scheduled = false;
        List<Pending> taken = pending;
        pending = new ArrayList<>();
        return taken;
    }

    private void commitPending() {
        List<Pending> taken = take();
        try {
            commit(taken);
        } catch (RuntimeException e) {
            LOG.error("A transaction failed for a reason that is a bug", e);
            taken.forEach(each -> each.told().completeExceptionally(e));
        }
    }

    /**
     * Those whose requests are this worker's and not settled, one for each: a partition that went and came back while an
     * event waited brings its request, and so its event, once more.
     */
    private List<Pending> own(List<Pending> taken) {
        Map<Source, Pending> own = new LinkedHashMap<>();
        for (Pending each : taken) {
            switch (offsets.standing(each.answers())) {
                case OPEN -> {
                    Pending first = own.putIfAbsent(each.answers(), each);
                    if (first != null) {
                        var unused = first.told().whenComplete((done, fault) -> follow(each.told(), fault));
                    }
                }
                case SETTLED -> each.told().complete(null);
                case ELSEWHERE -> each.told()
                        .completeExceptionally(new SurroundingsException(
                                RequestOffsets.partition(each.answers()) + " is not this worker's"));
            }
        }
        return List.copyOf(own.values());
    }

    private static void follow(CompletableFuture<@Nullable Void> told, @Nullable Throwable fault) {
        if (fault == null) {
            told.complete(null);
        } else {
            told.completeExceptionally(fault);
        }
    }

    /**
     * Those whose ends a new owner would know of. There is little room beside an offset for what has ended above it, and what
     * is left out would be told again: the others wait until jobs before them have ended.
     */
    private List<Pending> tellable(List<Pending> own) {
        Set<Source> tellable =
                offsets.tellable(own.stream().map(Pending::answers).toList());
        List<Pending> told = new ArrayList<>();
        List<Pending> waiting = new ArrayList<>();
        own.forEach(each -> (tellable.contains(each.answers()) ? told : waiting).add(each));
        if (!waiting.isEmpty()) {
            LOG.debugf("%d events wait for jobs before theirs", waiting.size());
            synchronized (this) {
                pending.addAll(0, waiting);
            }
            schedule(AGAIN_MS);
        }
        return told;
    }

    /**
     * The place in the group is looked up before what is this worker's: partitions are forgotten before there is a new
     * place, so that what was found to be its own is never told with a place that it has got since.
     */
    private void commit(List<Pending> taken) {
        ConsumerGroupMetadata known = place;
        List<Pending> batch = tellable(own(taken));
        Map<TopicPartition, Offsets.Commit> due = dueWith(batch);
        if (due.isEmpty()) {
            return;
        }
        try {
            transactAsMember(batch, due, known);
        } catch (KafkaException | IllegalStateException e) {
            failed(batch, e);
            return;
        }
        batch.forEach(each -> offsets.settled(
                RequestOffsets.partition(each.answers()), each.answers().offset()));
        offsets.committed(due);
        batch.forEach(each -> each.told().complete(null));
    }

    private Map<TopicPartition, Offsets.Commit> dueWith(List<Pending> batch) {
        return offsets.dueWith(batch.stream().map(Pending::answers).toList());
    }

    private void failed(List<Pending> batch, RuntimeException fault) {
        if (isMetadataTooLarge(fault)) {
            LOG.warn(
                    "The broker takes little text beside an offset (offset.metadata.max.bytes): each partition's events are"
                            + " told in the order of its requests");
            offsets.leaveOutMetadata();
        }
        if (batch.size() > 1
                && (fault instanceof RecordTooLargeException || fault.getCause() instanceof RecordTooLargeException)) {
            // Only one of them is to blame.
            batch.forEach(each -> commit(List.of(each)));
            return;
        }
        LOG.warnf("A transaction of %d events failed, and will be tried again: %s", batch.size(), fault);
        batch.forEach(each -> each.told()
                .completeExceptionally(new BrokerUnavailableException("not committed: " + fault.getMessage(), fault)));
        if (!offsets.due().isEmpty()) {
            schedule(AGAIN_MS);
        }
    }

    /** A transactional producer has no class for this error, and hands on its text. */
    private static boolean isMetadataTooLarge(Throwable fault) {
        String text = Errors.OFFSET_METADATA_TOO_LARGE.message();
        for (Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof OffsetMetadataTooLarge
                    || (at.getMessage() != null && at.getMessage().contains(text))) {
                return true;
            }
        }
        return false;
    }

    /** The place in the group changes where others come and go, without a word: then what was known of it is refused. */
    private void transactAsMember(
            List<Pending> batch, Map<TopicPartition, Offsets.Commit> due, @Nullable ConsumerGroupMetadata known) {
        try {
            transact(batch, due, known);
        } catch (CommitFailedException e) {
            if (!changed(known)) {
                throw e;
            }
            ConsumerGroupMetadata now = place;
            if (!isStillOwn(batch) || !endsLike(due, dueWith(batch))) {
                // Put out of the group and in again: what is another's now is not to be told with the new place.
                throw e;
            }
            LOG.debugf(e, "once more, with the new place in the group");
            transact(batch, due, now);
        }
    }

    private boolean isStillOwn(List<Pending> batch) {
        return batch.stream().allMatch(each -> offsets.standing(each.answers()) == RequestOffsets.Standing.OPEN);
    }

    private static boolean endsLike(
            Map<TopicPartition, Offsets.Commit> some, Map<TopicPartition, Offsets.Commit> others) {
        return some.keySet().equals(others.keySet())
                && some.entrySet().stream().allMatch(each -> {
                    Offsets.Commit other = others.get(each.getKey());
                    return other != null && each.getValue().endsLike(other);
                });
    }

    private synchronized boolean changed(@Nullable ConsumerGroupMetadata known) {
        askPlace.run();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MS);
        try {
            for (long left = AGAIN_MS; Objects.equals(known, place) && left > 0; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !Objects.equals(known, place);
    }

    private void transact(
            List<Pending> batch, Map<TopicPartition, Offsets.Commit> due, @Nullable ConsumerGroupMetadata member) {
        // Without a generation the broker would let it commit whosever the partitions are.
        if (member == null || member.generationId() <= 0) {
            throw new IllegalStateException("the worker is not in its group");
        }
        Producer<String, byte[]> open = open();
        try {
            open.beginTransaction();
            for (Pending each : batch) {
                // Where it fails, so does the transaction's end.
                var unused = open.send(each.event());
            }
            open.sendOffsetsToTransaction(offsets.asKafkas(due), member);
            end(open);
        } catch (KafkaException | IllegalStateException e) {
            abort(open);
            throw e;
        }
    }

    /** A commit that was not answered in time is asked for again: whether it took place is the broker's to say. */
    private void end(Producer<String, byte[]> open) {
        while (true) {
            try {
                open.commitTransaction();
                return;
            } catch (TimeoutException e) {
                if (closing) {
                    throw e;
                }
                LOG.warnf(
                        "The broker does not answer a transaction's end, which is asked for again: %s", e.getMessage());
            }
        }
    }

    private Producer<String, byte[]> open() {
        Producer<String, byte[]> open = producer;
        if (open == null) {
            open = producers.get();
            producer = open;
            try {
                open.initTransactions();
            } catch (KafkaException e) {
                discard(open);
                throw e;
            }
        }
        return open;
    }

    private void abort(Producer<String, byte[]> open) {
        try {
            open.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            LOG.debugf(e, "the producer is made anew");
            discard(open);
        }
    }

    private void discard(Producer<String, byte[]> open) {
        producer = null;
        open.close(Duration.ZERO);
    }

    @Override
    @PreDestroy
    public void close() {
        closing = true;
        thread.shutdown();
        try {
            if (thread.awaitTermination(LAST_COMMIT.toMillis(), TimeUnit.MILLISECONDS) && producer != null) {
                discard(producer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
