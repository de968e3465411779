package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.Disposition;
import io.darkroom.job.EventType;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
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

final class DeliveryLoopTest extends LoopHarness {
    private static final Duration NO_GRACE = Duration.ZERO;
    private static final Duration LONG_GRACE = Duration.ofMinutes(10);

    @Test
    void aRequestBecomesAPictureAResultAnOutcomeAndAnEventInFiveCallsToTheStore() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        renderer.next().finish("picture");

        TerminalEvent event = nextEvent();

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(event.type()).isEqualTo(EventType.COMPLETED);
        assertThat(store.objects.keySet())
                .containsExactly(
                        ".darkroom/jobs/a/attempt-1",
                        ".darkroom/jobs/a/outcome",
                        "renders/a/0.png",
                        "renders/a/result.json");
        assertThat(store.calls.get()).isLessThanOrEqualTo(5);
        assertThat(stored(".darkroom/jobs/a/outcome")).isEqualTo(event.data().text());
        assertThat(stored("renders/a/result.json")).isEqualTo(event.data().text());
        JsonNode output = event.json().path("outputs").path(0);
        assertThat(output.path("sha256").asText())
                .isEqualTo(Bytes.utf8("picture").sha256());
        assertThat(announcer.started).singleElement().satisfies(s -> assertThat(s.steps())
                .isEqualTo(20));
        assertThat(loop.snapshot("a")).isEmpty();
    }

    @Test
    void nothingIsSettledBeforeTheEventIsAcknowledgedAndASendThatFailsIsRepeatedAsItWas() throws Exception {
        announcer.byHand = true;
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        renderer.next().finish("picture");
        HandAnnouncer.Sent<TerminalEvent> first = HandAnnouncer.next(announcer.events);

        assertThat(done).isNotDone();
        first.acknowledged().completeExceptionally(new SurroundingsException("no leader"));
        HandAnnouncer.Sent<TerminalEvent> second = HandAnnouncer.next(announcer.events);

        assertThat(second.what()).isEqualTo(first.what());
        assertThat(done).isNotDone();
        assertThat(loop.trouble()).contains("no leader");
        second.acknowledged().complete(null);
        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        await().untilAsserted(() -> assertThat(intake).containsExactly("paused: no leader", "resumed"));
    }

    @Test
    void aStoreThatIsDownPausesTheIntakeAndCostsNoAttempt() throws Exception {
        store.down = true;
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        await().untilAsserted(() -> assertThat(loop.trouble()).contains("the store is down"));

        store.down = false;
        renderer.next().finish("picture");

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(nextEvent().json().path("attempt").asInt()).isEqualTo(1);
        assertThat(intake).containsExactly("paused: the store is down", "resumed");
        assertThat(loop.trouble()).isEmpty();
    }

    @Test
    void aModelThatCannotBeReadIsTriedAgainWithoutANewAttempt() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        renderer.next().listener().faulted(new SurroundingsException("unet/model.onnx is truncated"));
        HandRenderer.Given again = renderer.next();

        assertThat(again.job().attempt()).isEqualTo(1);
        again.finish("picture");
        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(intake).containsExactly("paused: unet/model.onnx is truncated", "resumed");
    }

    @Test
    void aDuplicateWaitsForTheFirstAndTellsTheSameWithoutRendering() throws Exception {
        CompletableFuture<Disposition> first = submit("{\"id\":\"a\",\"seed\":1}");
        HandRenderer.Given job = renderer.next();
        CompletableFuture<Disposition> second = submit("{\"seed\":1,\"id\":\"a\",\"priority\":9}");
        send("{\"id\":\"b\"}");
        renderer.next();
        int callsBeforeTheFirstEnds = store.calls.get();
        job.finish("picture");

        assertThat(callsBeforeTheFirstEnds)
                .as("one attempt of a, one of b, and nothing for the duplicate")
                .isEqualTo(2);
        assertThat(first.get()).isEqualTo(Disposition.SETTLED);
        assertThat(second.get()).isEqualTo(Disposition.SETTLED);
        assertThat(nextEvent()).isEqualTo(nextEvent());
        assertThat(renderer.given).isEmpty();
    }

    @Test
    void anotherRequestWithTheSameIdIsPutAsideWithoutAnEvent() throws Exception {
        CompletableFuture<Disposition> first = submit("{\"id\":\"a\",\"seed\":1}");
        CompletableFuture<Disposition> second = submit("{\"id\":\"a\",\"seed\":2}");
        renderer.next().finish("picture");

        assertThat(second.get()).isEqualTo(Disposition.SETTLED);
        assertThat(first).isCompleted();
        assertThat(announcer.events).hasSize(1);
        assertThat(announcer.letters).singleElement().satisfies(letter -> {
            assertThat(letter.what().value()).isEqualTo(Bytes.utf8("{\"id\":\"a\",\"seed\":2}"));
            assertThat(letter.what().headers())
                    .contains(new IncomingRecord.Header("darkroom-dead-reason", Bytes.utf8("id_conflict")));
        });
    }

    @Test
    void anInvalidRequestFailsWithoutBeingRendered() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\",\"seed\":-1,\"labels\":{\"k\":\"v\"}}");

        TerminalEvent event = nextEvent();

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(event.failureCode()).isEqualTo("invalid_request");
        assertThat(event.json().path("labels").path("k").asText()).isEqualTo("v");
        assertThat(renderer.given).isEmpty();
        assertThat(announcer.letters).isEmpty();
    }

    @Test
    void aRequestThatCannotBeReadIsPutAsideUntouchedAndFails() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":");

        TerminalEvent event = nextEvent();

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(event.failureCode()).isEqualTo("invalid_request");
        assertThat(event.json().path("source").path("offset").asLong()).isZero();
        assertThat(HandAnnouncer.next(announcer.letters).what().value()).isEqualTo(Bytes.utf8("{\"id\":"));
    }

    @Test
    void aRunningJobThatIsCanceledIsStopped() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();

        loop.cancel(new Cancellation("a", false, "changed my mind", 2000));
        TerminalEvent event = nextEvent();
        job.finish("too late");

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(event.type()).isEqualTo(EventType.CANCELED);
        assertThat(event.json().path("reason").asText()).isEqualTo("changed my mind");
        assertThat(renderer.stopped).containsExactly(new JobKey("a", 0));
    }

    @Test
    void aCancellationMayComeBeforeItsRequestAndAGroupsOnlyMeansOlderOnes() throws Exception {
        loop.cancel(new Cancellation("a", false, "no", 500));
        loop.cancel(new Cancellation("g", true, "none of them", 2000));
        loop.cancel(new Cancellation("h", true, "none of them", 500));

        send("{\"id\":\"a\"}");
        send("{\"id\":\"b\",\"group\":\"g\"}");
        send("{\"id\":\"c\",\"group\":\"h\"}");

        assertThat(List.of(nextEvent(), nextEvent()))
                .allSatisfy(event -> assertThat(event.type()).isEqualTo(EventType.CANCELED))
                .extracting(event -> event.key().id())
                .containsExactlyInAnyOrder("a", "b");
        assertThat(renderer.next().job().key().id()).isEqualTo("c");
    }

    @Test
    void aRequestThatIsPastItsTimeFailsAsExpired() throws Exception {
        send("{\"id\":\"a\",\"expires_at\":\"2001-01-01T00:00:00Z\"}");

        assertThat(nextEvent().failureCode()).isEqualTo("expired");
    }

    @Test
    void aRunningJobIsStoppedWhenItsTimeIsPast() throws Exception {
        String soon = java.time.Instant.now().plusMillis(300).toString();
        send("{\"id\":\"a\",\"expires_at\":\"" + soon + "\"}");

        assertThat(nextEvent().failureCode()).isEqualTo("expired");
    }

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
            running.forEach(each -> each.finish("picture"));

            HandRenderer.Given first = next.renderer.next();
            first.finish("picture");

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
        String digest = digest("{\"id\":\"a\"}");
        for (int n = 1; n <= 2; n++) {
            Source source = new Source("requests", 0, 0, null);
            store.objects.put(
                    ".darkroom/jobs/a/attempt-" + n,
                    new JobRecord.Attempt(n, digest, "t", source, "w" + n, "r" + n, 5, null)
                            .data()
                            .array());
        }
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
        store.refusesCheckpoints = true;
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
    void onALostPartitionNothingMoreIsWritten() throws Exception {
        CompletableFuture<Disposition> done = submit("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();

        loop.lose(source -> source.partition() == 0);
        job.finish("picture");

        assertThat(done.get()).isEqualTo(Disposition.RELEASED);
        loop.close();
        assertThat(store.objects.keySet()).containsExactly(".darkroom/jobs/a/attempt-1");
        assertThat(announcer.events).isEmpty();
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

    private void ended(String job, JobRecord.End end) {
        Source source = new Source("requests", 0, 0, null);
        String digest = digest("{\"id\":\"" + job + "\"}");
        JobRecord.Attempt attempt = new JobRecord.Attempt(1, digest, "t", source, "w0", "w0/1", 5, null);
        store.objects.put(".darkroom/jobs/" + job + "/attempt-1", attempt.data().array());
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
        String digest = digest("{\"id\":\"a\"}");
        Source source = new Source("requests", 0, 0, null);
        for (int n = 1; n <= 3; n++) {
            store.objects.put(
                    ".darkroom/jobs/a/attempt-" + n,
                    new JobRecord.Attempt(n, digest, "t", source, "w" + n, "r" + n, 5, null)
                            .data()
                            .array());
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

    @Test
    void urlsAreInTheEventAndNotInWhatIsStored() throws Exception {
        send("{\"id\":\"a\",\"output\":{\"presign_seconds\":60}}");
        renderer.next().finish("picture");

        TerminalEvent event = nextEvent();

        assertThat(event.json().path("outputs").path(0).path("url").asText())
                .isEqualTo("http://127.0.0.1:9000/darkroom/renders/a/0.png?for=60");
        assertThat(stored(".darkroom/jobs/a/outcome")).doesNotContain("url");
    }

    @Test
    void aJobsStateCanBeAskedFor() throws Exception {
        send("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();
        job.listener().started("starter", 20);
        job.listener().progress(new Renderer.Step("denoise", 7, 20, 100, 1, null));

        await().untilAsserted(() -> assertThat(loop.snapshot("a"))
                .contains(new DeliveryLoop.Snapshot(new JobKey("a", 0), DeliveryLoop.Snapshot.State.RUNNING, 7, 20)));
        assertThat(announcer.progress).hasSize(1);
        assertThat(loop.snapshot("unknown")).isEmpty();
    }

    @Test
    void aRenderersFailureIsTheJobs() throws Exception {
        send("{\"id\":\"a\"}");
        renderer.next().listener().failed(new Failure(Failure.Code.NON_FINITE_OUTPUT, "NaN at step 3"));

        assertThat(nextEvent().failureCode()).isEqualTo("non_finite_output");
    }
}
