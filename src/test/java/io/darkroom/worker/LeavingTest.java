package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.Disposition;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.Renderer;
import io.darkroom.job.Source;
import io.darkroom.job.Starting;
import io.darkroom.job.SurroundingsException;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.darkroom.telemetry.JobTrace;
import io.darkroom.telemetry.Traces;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Jobs that are left: drained, handed over, lost, broken off; and what the next attempt makes of it. */
final class LeavingTest extends LoopHarness {
    private static final Duration NO_GRACE = Duration.ZERO;
    private static final Duration LONG_GRACE = Duration.ofMinutes(10);

    @Test
    void drainingLeavesWaitingJobsAtOnceAndLetsRunningOnesFinish() throws Exception {
        List<CompletableFuture<Disposition>> running = List.of(submit("{\"id\":\"a\"}"), submit("{\"id\":\"b\"}"));
        HandRenderer.Given first = renderer.next();
        HandRenderer.Given second = renderer.next();
        CompletableFuture<Disposition> waiting = submit("{\"id\":\"c\"}");

        var drained = loop.drain(LONG_GRACE).toCompletableFuture();

        assertThat(waiting.get()).isEqualTo(Disposition.RELEASED);
        assertThat(drained).isNotDone();
        first.finish("1");
        second.finish("2");
        drained.get();
        assertThat(running.get(0).get()).isEqualTo(Disposition.SETTLED);
        assertThat(running.get(1).get()).isEqualTo(Disposition.SETTLED);
        assertThat(store.objects.keySet()).noneMatch(key -> key.contains("jobs/c/"));
        assertThat(submit("{\"id\":\"d\"}").get()).isEqualTo(Disposition.RELEASED);
    }

    /** Nobody would ask it to leave: the partition's jobs were asked before it came. */
    @Test
    void aRecordWhosePartitionWentBeforeItCameIsLeftUntouched() throws Exception {
        assertThat(submitLate("{\"id\":\"late\"}").get()).isEqualTo(Disposition.RELEASED);

        assertThat(store.objects.keySet()).noneMatch(key -> key.contains("jobs/late/"));
    }

    @Test
    void afterTheGraceARunningJobIsReleasedAndItsAttemptDoesNotCount() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();
        job.listener().progress(new Renderer.Step("denoise", 3, 20, -1, 55.5, null));

        CompletableFuture<Void> drained = loop.drain(NO_GRACE).toCompletableFuture();
        assertThat(renderer.nextSaved()).isEqualTo(new JobKey("a", 0));
        job.listener().saved(null);
        drained.get();

        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        assertThat(announcer.events).isEmpty();
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":true", "55.5");
    }

    @Test
    void aJobWhosePictureIsBeingStoredAtTheEndOfTheGraceIsStoredAndTold() throws Exception {
        store.refused = "renders/a";
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        renderer.next().finish("picture");
        CompletableFuture<Disposition> other = submit("{\"id\":\"b\"}");
        HandRenderer.Given beside = renderer.next();

        loop.drain(NO_GRACE);
        renderer.nextSaved();
        store.refused = "nothing";
        beside.listener().saved(null);

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(nextEvent().key().id()).isEqualTo("a");
        assertThat(other.get()).isEqualTo(Disposition.RELEASED);
    }

    @Test
    void aPictureThatTheStoreDoesNotTakeAfterTheGraceDoesNotCountAgainstItsJob() throws Exception {
        store.refused = "renders/";
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        renderer.next().finish("picture");

        loop.drain(NO_GRACE).toCompletableFuture().get();

        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":true", "handed over");
    }

    @Test
    void whatAnEarlierOwnerHasBegunDoesNotWaitBehindTheBacklog() throws Exception {
        CompletableFuture<Disposition> unused = submit("{\"id\":\"begun\"}");
        renderer.next();
        close();
        CountDownLatch read = new CountDownLatch(1);
        Traces watching = (request, record, at) -> new JobTrace() {
            @Override
            public TraceContext context() {
                return TraceContext.NONE;
            }

            @Override
            public void moved(DeliveryState state, Instant now) {
                if (state instanceof Starting.Queued queued && queued.attempt() == 2) {
                    read.countDown();
                }
            }
        };

        try (LoopHarness next = new LoopHarness(store, watching)) {
            next.send("{\"id\":\"1\"}");
            next.send("{\"id\":\"2\"}");
            List<HandRenderer.Given> running = List.of(next.renderer.next(), next.renderer.next());
            next.send("{\"id\":\"3\"}");
            CompletableFuture<Disposition> again = next.submitBegun("{\"id\":\"begun\"}");
            assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
            // One turn at a time: of two that begin together either may come to the device first.
            running.get(0).finish("picture");

            HandRenderer.Given first = next.renderer.next();
            first.finish("picture");
            running.get(1).finish("picture");

            assertThat(first.job().key().id()).isEqualTo("begun");
            assertThat(again.get()).isEqualTo(Disposition.SETTLED);
            assertThat(next.begun.get(2)).isEqualTo("{\"id\":\"begun\"}");
        }
    }

    @Test
    void whatHasEndedIsToldAgainAtOnceWhereAnEarlierOwnerHadBegunIt() throws Exception {
        CompletableFuture<Disposition> first = submit("{\"id\":\"a\"}");
        renderer.next().finish("picture");
        first.get();

        try (LoopHarness next = new LoopHarness(store)) {
            next.send("{\"id\":\"1\"}");
            next.send("{\"id\":\"2\"}");
            next.renderer.next();
            next.renderer.next();

            assertThat(next.submitBegun("{\"id\":\"a\"}").get()).isEqualTo(Disposition.SETTLED);
            assertThat(next.nextEvent().key().id()).isEqualTo("a");
        }
    }

    @Test
    void afterTheGraceARunningJobIsWrittenDownBeforeItIsReleasedAndTheNextAttemptGoesOnFromThere() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();
        CompletableFuture<Void> drained = loop.drain(NO_GRACE).toCompletableFuture();
        renderer.nextSaved();
        job.listener().saved(new Checkpoint(7, 55.5, Bytes.utf8("step seven")));
        drained.get();
        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        assertThat(stored(".darkroom/jobs/a/checkpoints/1-7")).isEqualTo("step seven");
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":true", "55.5");

        try (LoopHarness next = new LoopHarness(store)) {
            CompletableFuture<Disposition> again = next.submit("{\"id\":\"a\"}");
            HandRenderer.Given second = next.renderer.next();
            assertThat(second.job().checkpoint())
                    .isEqualTo(new Checkpoint.Stored(new CheckpointName(1, 7), Bytes.utf8("step seven")));
            second.listener().resumed(Map.of(1, 50.0));
            second.finish("picture");

            assertThat(again.get()).isEqualTo(Disposition.SETTLED);
            JsonNode event = next.nextEvent().json();
            assertThat(event.path("attempt").asInt()).isEqualTo(2);
            assertThat(event.path("device_ms").asDouble()).isEqualTo(62.3);
            assertThat(event.path("device_ms_lost").asDouble()).isEqualTo(5.5);
            assertThat(store.objects.keySet()).noneMatch(key -> key.contains("/checkpoints/"));
        }
    }

    @Test
    void aCheckpointThatCannotBeUsedIsFollowedByTheNextAndThenByTheBeginning() throws Exception {
        attempted("a", 1);
        attempted("a", 2);
        for (String name : List.of("1-3", "1-9", "2-12", "2-15", "2-x")) {
            store.objects.put(".darkroom/jobs/a/checkpoints/" + name, name.getBytes(StandardCharsets.UTF_8));
        }

        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");

        renderer.next("2-15").listener().unusable(true);
        renderer.next("1-9").listener().unusable(false);
        renderer.next("1-3").listener().unusable(false);
        HandRenderer.Given last = renderer.next();
        assertThat(last.job().checkpoint()).isNull();
        assertThat(last.job().attempt()).isEqualTo(3);
        last.finish("picture");
        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(store.objects.keySet()).noneMatch(key -> key.contains("/checkpoints/"));
    }

    @Test
    void checkpointsAreDeletedWhenTheEventIsAcknowledgedAndNotBefore() throws Exception {
        announcer.byHand = true;
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();
        job.listener().checkpoint(new Checkpoint(4, 1, Bytes.utf8("four")));
        await().until(() -> store.objects.containsKey(".darkroom/jobs/a/checkpoints/1-4"));
        job.finish("picture");
        HandAnnouncer.Sent<TerminalEvent> sent = HandAnnouncer.next(announcer.events);

        assertThat(store.objects).containsKey(".darkroom/jobs/a/checkpoints/1-4");
        sent.acknowledged().complete(null);

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(store.objects.keySet()).noneMatch(key -> key.contains("/checkpoints/"));
    }

    /** By a worker that stood still until another had taken its job over. */
    @Test
    void whatAnEarlierAttemptWritesDownLateIsDeletedWithTheRest() throws Exception {
        ended("a", new JobRecord.End(true, "drain", 55.5));
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given second = renderer.next();

        store.objects.put(".darkroom/jobs/a/checkpoints/1-4", new byte[1]);
        second.finish("picture");

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(store.objects.keySet()).noneMatch(key -> key.contains("/checkpoints/"));
    }

    @Test
    void aStoreThatTakesNoCheckpointsHoldsNothingUp() throws Exception {
        store.refused = "/checkpoints/";
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();

        job.listener().checkpoint(new Checkpoint(4, 1, Bytes.utf8("four")));
        job.listener().checkpoint(new Checkpoint(8, 2, Bytes.utf8("eight")));
        job.finish("picture");

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(intake).isEmpty();
    }

    @Test
    void aJobThatMetAFaultWhileItWasToBeWrittenDownIsReleasedAllTheSame() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();
        loop.drain(NO_GRACE);
        renderer.nextSaved();

        job.listener().faulted(new SurroundingsException("unet/model.onnx is truncated"));

        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":true");
    }

    @Test
    void onALostPartitionNothingMoreIsWrittenThanThatTheAttemptEndedCleanly() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();

        loop.lose(source -> source.partition() == 0);
        job.finish("picture");

        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        await().until(() -> store.objects.containsKey(".darkroom/jobs/a/attempt-1-end"));
        loop.close();
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":true");
        assertThat(store.objects).containsOnlyKeys(".darkroom/jobs/a/attempt-1", ".darkroom/jobs/a/attempt-1-end");
        assertThat(announcer.events).isEmpty();
    }

    /** Else three times in which the store is away while partitions move would give up a job that killed nobody. */
    @Test
    void howALostAttemptEndedIsWrittenDownAsSoonAsTheStoreIsBack() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        renderer.next();
        store.down = true;
        int before = store.calls.get();

        loop.lose(source -> source.partition() == 0);
        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        await().until(() -> store.calls.get() > before + 1);
        store.down = false;

        await().until(() -> store.objects.containsKey(".darkroom/jobs/a/attempt-1-end"));
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":true");
    }

    /** The process lives: its attempt has killed nobody. */
    @Test
    void aJobGoesOnBesideOthersWhereALostPartitionComesBack() throws Exception {
        CompletableFuture<Disposition> lost = submit("{\"id\":\"a\"}");
        renderer.next();
        loop.lose(source -> source.partition() == 0);
        assertThat(lost.get()).isEqualTo(Disposition.RELEASED);
        await().until(() -> store.objects.containsKey(".darkroom/jobs/a/attempt-1-end"));

        CompletableFuture<Disposition> done = submitAgain("{\"id\":\"a\"}");
        HandRenderer.Given again = renderer.next();
        again.finish("picture");

        assertThat(again.job().attempt()).isEqualTo(2);
        assertThat(again.job().alone()).isFalse();
        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
    }

    @Test
    void anAttemptAfterACleanOneRunsBesideOthersAndNamesWhatWasLost() throws Exception {
        ended("a", new JobRecord.End(true, "drain", 55.5));

        send("{\"id\":\"a\"}");
        send("{\"id\":\"b\"}");
        HandRenderer.Given again = renderer.next();
        HandRenderer.Given beside = renderer.next();

        assertThat(List.of(again.job().key().id(), beside.job().key().id())).containsExactlyInAnyOrder("a", "b");
        beside.finish("picture");
        again.finish("picture");
        assertThat(List.of(nextEvent(), nextEvent()))
                .extracting(event -> event.json().path("device_ms_lost").asDouble())
                .containsExactlyInAnyOrder(55.5, 0.0);
    }

    /** An attempt of another worker, which has not said how it ended. */
    private void attempted(String job, int n) {
        Source source = new Source("requests", 0, 0, null);
        String digest = digest("{\"id\":\"" + job + "\"}");
        JobRecord.Attempt attempt = new JobRecord.Attempt(n, digest, "t", source, "w" + n, "w" + n + "/1", 5, null);
        store.objects.put(
                ".darkroom/jobs/" + job + "/attempt-" + n, attempt.data().array());
    }

    private void ended(String job, JobRecord.End end) {
        attempted(job, 1);
        store.objects.put(".darkroom/jobs/" + job + "/attempt-1-end", end.data().array());
    }

    @Test
    void anAttemptAfterAnUncleanOneRunsAlone() throws Exception {
        ended("a", new JobRecord.End(false, "the device broke down", 55.5));

        send("{\"id\":\"a\"}");
        HandRenderer.Given alone = renderer.next();
        send("{\"id\":\"b\"}");
        await().until(() -> loop.snapshot("b").isPresent());

        assertThat(alone.job().attempt()).isEqualTo(2);
        assertThat(renderer.given).isEmpty();
        alone.finish("picture");
        assertThat(nextEvent().json().path("device_ms_lost").asDouble()).isEqualTo(55.5);
        assertThat(renderer.next().job().key().id()).isEqualTo("b");
    }

    @Test
    void aPoisonJobIsGivenUpAndPutAside() throws Exception {
        for (int n = 1; n <= 3; n++) {
            attempted("a", n);
        }

        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        TerminalEvent event = nextEvent();
        assertThat(event.failureCode()).isEqualTo("attempts_exhausted");
        assertThat(event.failureMessage()).contains("3 attempts", "w3");
        assertThat(announcer.letters).hasSize(1);
        assertThat(renderer.given).isEmpty();
    }

    @Test
    void aDeviceThatBrokeDownCountsOnlyAgainstWhatItRendered() throws Exception {
        CompletableFuture<Disposition> rendered = submit("{\"id\":\"a\"}");
        HandRenderer.Given first = renderer.next();
        send("{\"id\":\"b\"}");
        HandRenderer.Given second = renderer.next();
        CompletableFuture<Disposition> waiting = submit("{\"id\":\"c\"}");

        var left = loop.abandon("CUDA error 700", job -> !job.id().equals("b")).toCompletableFuture();
        assertThat(renderer.nextSaved()).as("it is on another device").isEqualTo(new JobKey("b", 0));
        second.listener().saved(null);
        left.get();

        assertThat(rendered.get()).isEqualTo(Disposition.RELEASED);
        assertThat(waiting.get()).isEqualTo(Disposition.RELEASED);
        assertThat(List.of(first.job().attempt(), second.job().attempt())).containsExactly(1, 1);
        assertThat(stored(".darkroom/jobs/a/attempt-1-end")).contains("\"clean\":false", "CUDA error 700");
        assertThat(stored(".darkroom/jobs/b/attempt-1-end")).contains("\"clean\":true");
        assertThat(store.objects.keySet()).noneMatch(key -> key.contains("jobs/c/"));
        assertThat(announcer.events).isEmpty();
    }
}
