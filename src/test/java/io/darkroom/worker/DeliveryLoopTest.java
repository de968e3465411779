package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Disposition;
import io.darkroom.job.EventType;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import io.darkroom.job.TerminalEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class DeliveryLoopTest extends LoopHarness {
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
    void picturesAndResultAreStoredWithTheirRequestAndTheJobRecordIsNot() throws Exception {
        send("{\"id\":\"a\"}");
        renderer.next().finish("picture");
        nextEvent();

        String digest = digest("{\"id\":\"a\"}");
        assertThat(store.requests).isEqualTo(Map.of("renders/a/0.png", digest, "renders/a/result.json", digest));
    }

    @Test
    void anIdThatComesAgainWithAnotherContentAfterItsRecordIsGoneFailsAndTellsSoOnce() throws Exception {
        send("{\"id\":\"a\",\"seed\":1}");
        renderer.next().finish("old");
        nextEvent();
        store.objects.keySet().removeIf(key -> key.startsWith(".darkroom/"));

        CompletableFuture<Disposition> done = submit("{\"id\":\"a\",\"seed\":2}");
        renderer.next().finish("new");
        TerminalEvent event = nextEvent();

        assertThat(done.get()).isEqualTo(Disposition.SETTLED);
        assertThat(event.failureCode()).isEqualTo("invalid_request");
        assertThat(event.failureMessage()).contains("renders/a/0.png in bucket darkroom");
        assertThat(event.outputs()).isEmpty();
        assertThat(announcer.events).isEmpty();
        assertThat(stored("renders/a/0.png")).isEqualTo("old");
    }

    @Test
    void aRequestThatComesAgainAfterItsRecordIsGoneFindsItsPicture() throws Exception {
        send("{\"id\":\"a\",\"seed\":1}");
        renderer.next().finish("old");
        TerminalEvent first = nextEvent();
        store.objects.keySet().removeIf(key -> key.startsWith(".darkroom/"));

        send("{\"id\":\"a\",\"seed\":1}");
        renderer.next().finish("new");

        assertThat(nextEvent()).isEqualTo(first);
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
        loop.cancel(new Cancellation("g", true, "by a client whose clock is behind", 500));
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

    /** Its request need not ask for them: its model's own defaults may. */
    @Test
    void aJobThatHasHadAPreviewIsOneThatWantsThem() throws Exception {
        send("{\"id\":\"a\"}");
        HandRenderer.Given job = renderer.next();
        Renderer.Step step = new Renderer.Step("denoise", 1, 20, 100, 1, null);

        job.listener().progress(step);
        job.listener().progress(step.withPreview(new Renderer.Preview("image/jpeg", Bytes.utf8("x"))));
        job.listener().progress(step);

        await().untilAsserted(() -> assertThat(announcer.progress)
                .extracting(ProgressEvent::previews)
                .containsExactly(false, true, true));
    }

    @Test
    void aRenderersFailureIsTheJobs() throws Exception {
        send("{\"id\":\"a\"}");
        renderer.next().listener().failed(new Failure(Failure.Code.NON_FINITE_OUTPUT, "NaN at step 3"));

        assertThat(nextEvent().failureCode()).isEqualTo("non_finite_output");
    }
}
