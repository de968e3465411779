package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.ObjectStore.Creation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Single ways through the state machine; the simulation takes all of them. */
final class DeliveryTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_001_000L);
    private static final Rendered TWO = new Rendered(
            "m",
            "sha256:0",
            List.of(picture("0.png"), picture("1.png")),
            Map.of(),
            Map.of("denoise", 5L),
            List.of(),
            Map.of(),
            7);

    /** The digest of a request that had the id before. */
    private static final String ANOTHER = "sha256:another";

    private final List<DeliveryAction> actions = new ArrayList<>();
    private DeliveryState state = begin("{\"id\":\"a\"}");

    private static Rendered.Picture picture(String name) {
        return new Rendered.Picture(name, Bytes.utf8("own " + name), "image/png", 8, 8, 1L, Map.of());
    }

    private DeliveryState begin(String json) {
        actions.clear();
        IncomingRecord record = Records.json(json);
        Assignment assignment =
                new Assignment(Records.PARSER.parse(record), record, "w", "run", "bucket", 3, Limits.DEFAULTS, NOW);
        Delivery.Step step = Delivery.begin(assignment, NOW);
        actions.addAll(step.actions());
        state = step.state();
        return state;
    }

    private void hear(DeliveryEvent... events) {
        for (DeliveryEvent event : events) {
            Delivery.Step step = Delivery.on(state, event, NOW.plusMillis(500));
            state = step.state();
            actions.addAll(step.actions());
        }
    }

    private List<String> done() {
        return actions.stream().map(a -> a.getClass().getSimpleName()).toList();
    }

    private void render() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.CREATED),
                new DeliveryEvent.RenderStarted(),
                new DeliveryEvent.Finished(TWO));
    }

    private DeliveryEvent stored(int index, String content) {
        return stored(index, content, state.assignment().request().digest());
    }

    private static DeliveryEvent stored(int index, String content, @Nullable String request) {
        Bytes bytes = Bytes.utf8(content);
        return new DeliveryEvent.PictureStored(index, bytes.sha256(), bytes.size(), request);
    }

    /** A result as another worker has stored it for a request with this digest. */
    private static DeliveryEvent result(@Nullable String request) {
        Bytes content = Bytes.utf8("{\"id\":\"a\",\"status\":\"completed\",\"outputs\":[],\"worker\":\"other\"}");
        return new DeliveryEvent.ResultRead(new ObjectStore.Stored(content, request));
    }

    private DeliveryAction last() {
        return actions.get(actions.size() - 1);
    }

    /** The outcome that is to be created tells that an object stands in the way. */
    private void failsFor(String key) {
        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.CreateOutcome.class, outcome -> {
            TerminalEvent event = TerminalEvent.read(state.assignment().key(), outcome.content());
            assertThat(event == null ? null : event.failureCode()).isEqualTo("invalid_request");
            assertThat(
                            event == null
                                    ? null
                                    : event.json().at("/error/problems/0/field").asText())
                    .isEqualTo("id");
            assertThat(
                            event == null
                                    ? null
                                    : event.json()
                                            .at("/error/problems/0/message")
                                            .asText())
                    .isEqualTo("\"a\" is taken: " + key + " in bucket bucket belongs to an earlier request with this id"
                            + " and another content, whose job record is gone; expected another id, or that this one"
                            + " had come with another output.prefix or after the object's removal");
        });
    }

    @Test
    void whatWasMeantToBeBegunAndWasNotIsAJobLikeAnyOther() {
        actions.clear();
        Delivery.Step step = Delivery.begin(assignment(false, true), NOW);
        state = step.state();
        actions.addAll(step.actions());

        hear(new DeliveryEvent.Cancel("not wanted"), new DeliveryEvent.RecordRead(JobRecord.NONE));

        // An attempt tells whose the id is, also where nothing is rendered.
        assertThat(done()).containsExactly("ReadRecord", "CreateAttempt");
    }

    @Test
    void theWayWithoutFaults() {
        render();
        hear(
                stored(1, "own 1.png"),
                stored(0, "own 0.png"),
                new DeliveryEvent.ResultCreated(Creation.CREATED),
                new DeliveryEvent.OutcomeCreated(Creation.CREATED),
                new DeliveryEvent.Announced());

        assertThat(done())
                .containsExactly(
                        "CreateAttempt",
                        "StartRender",
                        "CreatePicture",
                        "CreatePicture",
                        "CreateResult",
                        "CreateOutcome",
                        "Announce");
        assertThat(state).isInstanceOfSatisfying(Closing.Settled.class, settled -> {
            TerminalEvent event = settled.event();
            assertThat(event == null ? null : event.json().path("timings_ms").toString())
                    .isEqualTo("{\"queued\":1500,\"denoise\":5,\"upload\":0,\"total\":1500}");
            assertThat(event == null ? null : event.outputs())
                    .extracting(ObjectStore.Location::key)
                    .containsExactly("renders/a/0.png", "renders/a/1.png");
        });
    }

    @Test
    void aPictureThatIsThereAlreadyIsAnnouncedAsItIsStored() {
        render();
        hear(stored(1, "own 1.png"), new DeliveryEvent.PictureTaken(0), stored(0, "another's"));

        assertThat(actions.get(actions.size() - 1))
                .isInstanceOfSatisfying(DeliveryAction.CreateResult.class, create -> assertThat(
                                create.content().text())
                        .contains(Bytes.utf8("another's").sha256())
                        .doesNotContain(Bytes.utf8("own 0.png").sha256()));
    }

    @Test
    void picturesAndResultNameTheirRequest() {
        render();
        hear(stored(0, "own 0.png"), stored(1, "own 1.png"));
        String digest = state.assignment().request().digest();

        assertThat(actions)
                .filteredOn(DeliveryAction.CreatePicture.class::isInstance)
                .hasSize(2)
                .allSatisfy(create -> assertThat(((DeliveryAction.CreatePicture) create).request())
                        .isEqualTo(digest));
        assertThat(last())
                .isInstanceOfSatisfying(DeliveryAction.CreateResult.class, create -> assertThat(create.request())
                        .isEqualTo(digest));
    }

    @Test
    void aPictureOfAnotherRequestFailsTheJobWithWhatItHasStored() {
        render();
        hear(stored(1, "own 1.png"), new DeliveryEvent.PictureTaken(0), stored(0, "another's", ANOTHER));

        failsFor("renders/a/0.png");
        assertThat(((DeliveryAction.CreateOutcome) last()).content().text())
                .contains(Bytes.utf8("own 1.png").sha256())
                .doesNotContain(Bytes.utf8("another's").sha256());

        hear(new DeliveryEvent.OutcomeCreated(Creation.CREATED), new DeliveryEvent.Announced());

        assertThat(state).isInstanceOf(Closing.Settled.class);
        assertThat(done())
                .containsExactly(
                        "CreateAttempt",
                        "StartRender",
                        "CreatePicture",
                        "CreatePicture",
                        "ReadPicture",
                        "CreateOutcome",
                        "Announce");
    }

    /** An earlier release's, or a store's that keeps no metadata. */
    @Test
    void aPictureThatNamesNoRequestIsTakenOver() {
        render();
        hear(stored(1, "own 1.png"), new DeliveryEvent.PictureTaken(0), stored(0, "another's", null));

        assertThat(last()).isInstanceOf(DeliveryAction.CreateResult.class);
    }

    @Test
    void aResultOfAnotherRequestFailsTheJobInsteadOfBecomingItsOutcome() {
        render();
        hear(
                stored(0, "own 0.png"),
                stored(1, "own 1.png"),
                new DeliveryEvent.ResultCreated(Creation.EXISTS),
                result(ANOTHER));

        failsFor("renders/a/result.json");
        assertThat(((DeliveryAction.CreateOutcome) last()).content().text())
                .contains("renders/a/0.png", "renders/a/1.png")
                .doesNotContain("other\"");
    }

    @Test
    void aResultThatNamesThisRequestOrNoneBecomesTheOutcome() {
        for (String request : Arrays.asList(state.assignment().request().digest(), null)) {
            begin("{\"id\":\"a\"}");
            render();
            hear(
                    stored(0, "own 0.png"),
                    stored(1, "own 1.png"),
                    new DeliveryEvent.ResultCreated(Creation.EXISTS),
                    result(request));

            assertThat(last()).isInstanceOfSatisfying(DeliveryAction.CreateOutcome.class, outcome -> assertThat(
                            outcome.content().text())
                    .contains("\"worker\":\"other\""));
        }
    }

    @Test
    void aPlaceThatIsRefusedFailsTheJobAndNamesWhatWasStored() {
        render();
        DeliveryAction create = actions.get(actions.size() - 1);
        hear(stored(0, "own 0.png"), new DeliveryEvent.Refused(create, "access denied"));

        assertThat(actions.get(actions.size() - 1))
                .isInstanceOfSatisfying(DeliveryAction.CreateOutcome.class, outcome -> assertThat(
                                outcome.content().text())
                        .contains("storage_unavailable", "renders/a/0.png")
                        .doesNotContain("renders/a/1.png"));
    }

    @Test
    void aRefusedJobRecordIsAFaultOfTheSurroundings() {
        hear(new DeliveryEvent.TurnGiven());
        hear(new DeliveryEvent.Refused(actions.get(0), "access denied"));

        assertThat(done()).containsExactly("CreateAttempt", "Backoff");
        assertThat(state).isInstanceOf(Starting.Claiming.class);
    }

    @Test
    void aJobThatWaitsIsReleasedWithoutATrace() {
        hear(new DeliveryEvent.Release("drain", true));

        assertThat(state).isInstanceOf(Closing.Released.class);
        assertThat(actions).isEmpty();
    }

    @Test
    void aJobThatWaitsForItsModelIsReleasedWithoutAskingTheRenderer() {
        hear(new DeliveryEvent.TurnGiven(), new DeliveryEvent.AttemptCreated(1, Creation.CREATED));
        DeliveryAction render = actions.get(1);

        hear(new DeliveryEvent.Faulted(render, "no model"), new DeliveryEvent.Release("drain", true));

        assertThat(done()).containsExactly("CreateAttempt", "StartRender", "Backoff", "StopRender", "CreateEnd");
    }

    @Test
    void aCheckpointIsLeftOutWhileTheLastIsOnItsWay() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.CREATED),
                new DeliveryEvent.Checkpointed(new Checkpoint(3, 1, Bytes.utf8("3"))),
                new DeliveryEvent.Checkpointed(new Checkpoint(5, 2, Bytes.utf8("5"))),
                new DeliveryEvent.CheckpointCreated(new CheckpointName(1, 3)),
                new DeliveryEvent.Checkpointed(new Checkpoint(7, 3, Bytes.utf8("7"))));

        assertThat(actions)
                .filteredOn(DeliveryAction.CreateCheckpoint.class::isInstance)
                .extracting(a -> ((DeliveryAction.CreateCheckpoint) a).at().key())
                .containsExactly(".darkroom/jobs/a/checkpoints/1-3", ".darkroom/jobs/a/checkpoints/1-7");
    }

    @Test
    void itsOwnAttemptIsKnownAgainAfterACreateThatWasAnsweredWithAFault() {
        hear(new DeliveryEvent.TurnGiven());
        DeliveryAction create = actions.get(0);
        JobRecord record = recordOf(1, "run");

        hear(
                new DeliveryEvent.Faulted(create, "timeout"),
                new DeliveryEvent.RetryDue(create),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(record),
                new DeliveryEvent.ResultRead(null),
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.OutcomeRead(null));

        assertThat(state).isInstanceOfSatisfying(Making.Rendering.class, rendering -> assertThat(rendering.attempt())
                .isEqualTo(1));
    }

    @Test
    void aResultThatIsStoredIsTakenOverBeforeAnotherAttempt() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(3, "other")),
                result(state.assignment().request().digest()));

        assertThat(done()).containsExactly("CreateAttempt", "ReadRecord", "ReadResult", "CreateOutcome");
    }

    @Test
    void aResultThatNamesNoRequestIsTakenOverToo() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(1, "other")),
                result(null));

        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.CreateOutcome.class, outcome -> assertThat(
                        outcome.content().text())
                .contains("\"worker\":\"other\""));
    }

    /** Rendered once more, it would be stopped by it all the same. */
    @Test
    void aResultOfAnotherRequestEndsTheJobBeforeAnotherAttempt() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(1, "other")),
                result(ANOTHER));

        assertThat(done()).containsExactly("CreateAttempt", "ReadRecord", "ReadResult", "CreateOutcome");
        failsFor("renders/a/result.json");
    }

    /** Whatever is stored there names the old request's source: taken over, it would be told by nobody. */
    @Test
    void withExactlyOnceTheFailureIsTold() {
        rendersWithExactlyOnceWhereAResultIs(ANOTHER);

        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.Announce.class, announce -> assertThat(
                        announce.event().failureCode())
                .isEqualTo("invalid_request"));
    }

    /** Its record has expired, its pictures have not: nobody else is there to tell it. */
    @Test
    void withExactlyOnceAResultFromBeforeTheRecordIsToldByTheFirstThatComes() {
        rendersWithExactlyOnceWhereAResultIs(state.assignment().request().digest());
        hear(new DeliveryEvent.RecordRead(ended(recordOf(1, "run"), 2)));

        assertThat(done()).endsWith("CreateOutcome", "ReadRecord", "Announce");
    }

    @Test
    void withExactlyOnceItIsToldAfterARedeliveryToo() {
        beginsAgainWithExactlyOnce();

        hear(new DeliveryEvent.RecordRead(ended(recordOf(1, "other"), 2)));

        assertThat(last()).isInstanceOf(DeliveryAction.Announce.class);
    }

    @Test
    void withExactlyOnceItIsToldByTheFirstAlone() {
        beginsAgainWithExactlyOnce();
        List<JobRecord.Attempt> attempts = List.of(attempt(1, "other", 5), attempt(2, "run", 7));

        hear(new DeliveryEvent.RecordRead(ended(new JobRecord(attempts, null, null), 2)));

        settledWithoutAWord();
    }

    @Test
    void withExactlyOnceWhatAnotherRequestBroughtAboutIsToldWithThat() {
        beginsAgainWithExactlyOnce();
        List<JobRecord.Attempt> attempts = List.of(attempt(1, "run", 7), attempt(2, "other", 5));

        hear(new DeliveryEvent.RecordRead(ended(new JobRecord(attempts, null, null), 5)));

        settledWithoutAWord();
    }

    /** A copy that waits can be canceled without an attempt of its own. */
    @Test
    void withExactlyOnceAnEndWithoutAnAttemptIsToldByTheRequestThatBroughtItAbout() {
        beginsAgainWithExactlyOnce();
        Bytes outcome = Bytes.utf8(outcome(2).text().replace("completed", "canceled"));

        hear(new DeliveryEvent.RecordRead(new JobRecord(recordOf(1, "other").attempts(), outcome, null)));

        settledWithoutAWord();
    }

    @Test
    void anOutcomeThatCannotBeReadPutsTheRequestAsideInsteadOfHoldingUpItsPartition() {
        JobRecord record = new JobRecord(recordOf(1, "other").attempts(), Bytes.utf8("half a {"), null);
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(record),
                new DeliveryEvent.LetterSent());

        assertThat(done()).containsExactly("CreateAttempt", "ReadRecord", "SendDeadLetter");
        assertThat(state).isInstanceOf(Closing.Settled.class);
    }

    @Test
    void aReplayHasARecordAndAFolderOfItsOwn() {
        begin("{\"id\":\"a\"}");
        Assignment first = state.assignment();
        IncomingRecord record = Records.json("{\"id\":\"a\"}", "darkroom-generation", "2");
        Assignment replay =
                new Assignment(Records.PARSER.parse(record), record, "w", "run", "bucket", 3, Limits.DEFAULTS, NOW);

        assertThat(JobRecord.outcomeKey(first.key())).isEqualTo(".darkroom/jobs/a/outcome");
        assertThat(JobRecord.outcomeKey(replay.key())).isEqualTo(".darkroom/jobs/a~2/outcome");
        assertThat(replay.file(Delivery.request(replay), "0.png").key()).isEqualTo("renders/a~2/0.png");
    }

    @Test
    void aJobIsNotGivenUpForAnAttemptThatMayBeUnderWay() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(3, "other")),
                new DeliveryEvent.ResultRead(null));
        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.Later.class, later -> {
            assertThat(later.action()).isInstanceOf(DeliveryAction.ReadRecord.class);
            hear(new DeliveryEvent.RetryDue(later.action()));
        });
        assertThat(last()).isInstanceOf(DeliveryAction.ReadRecord.class);
        JobRecord record = recordOf(3, "other");
        List<JobRecord.Attempt> attempts = new ArrayList<>(record.attempts());
        attempts.set(2, attempts.get(2).with(new JobRecord.End(true, "lost", 0)));

        hear(
                new DeliveryEvent.RecordRead(new JobRecord(attempts, null, null)),
                new DeliveryEvent.ResultRead(null),
                new DeliveryEvent.TurnGiven());

        assertThat(last())
                .isInstanceOfSatisfying(DeliveryAction.CreateAttempt.class, create -> assertThat(create.number())
                        .isEqualTo(4));
    }

    @Test
    void aJobIsGivenUpOnceItsLastAttemptHasBeenWaitedFor() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(3, "other")),
                new DeliveryEvent.ResultRead(null),
                new DeliveryEvent.RecordRead(recordOf(3, "other")),
                new DeliveryEvent.ResultRead(null));

        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.CreateOutcome.class, outcome -> assertThat(
                        outcome.content().text())
                .contains("attempts_exhausted"));
    }

    /** It lives: the loss is no fault of the job's. */
    @Test
    void anAttemptWhosePartitionIsLostIsSaidToHaveEndedCleanly() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.CREATED),
                new DeliveryEvent.RenderStarted(),
                new DeliveryEvent.Lose());

        assertThat(done()).endsWith("StopRender", "CreateEnd");
        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.CreateEnd.class, end -> {
            assertThat(end.at().key()).isEqualTo(".darkroom/jobs/a/attempt-1-end");
            assertThat(end.content().text()).contains("\"clean\":true");
        });
    }

    /** Its end may not have been written yet, or its writing have failed. */
    @Test
    void anAttemptThatWasBeingLeftIsSaidToHaveEndedCleanlyToo() {
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.CREATED),
                new DeliveryEvent.RenderStarted(),
                new DeliveryEvent.Release("handed over", true),
                new DeliveryEvent.RenderSaved(null));
        assertThat(state).isInstanceOf(Closing.Releasing.class);
        DeliveryAction end = last();

        hear(new DeliveryEvent.Lose());

        assertThat(state).isInstanceOf(Closing.Lost.class);
        assertThat(last()).isEqualTo(end);
        assertThat(done()).endsWith("CreateEnd", "CreateEnd");
    }

    @Test
    void anAttemptWhoseOutcomeIsBeingWrittenIsSaidToHaveEndedCleanlyToo() {
        render();
        hear(stored(0, "x"), stored(1, "y"), new DeliveryEvent.ResultCreated(Creation.CREATED));
        assertThat(state).isInstanceOf(Closing.Deciding.class);

        hear(new DeliveryEvent.Lose());

        assertThat(last()).isInstanceOfSatisfying(DeliveryAction.CreateEnd.class, end -> assertThat(
                        end.content().text())
                .contains("\"clean\":true"));
    }

    @Test
    void afterALossNothingIsDoneAnyMore() {
        render();
        hear(new DeliveryEvent.Lose());
        int before = actions.size();

        hear(stored(0, "x"), stored(1, "y"), new DeliveryEvent.Cancel("no"), new DeliveryEvent.Announced());

        assertThat(actions).hasSize(before);
        assertThat(state).isInstanceOf(Closing.Lost.class);
    }

    /** It lost the partition, which came back: it lives, so the attempt has killed nobody. */
    @Test
    void aJobGoesOnWithTheOpenAttemptThatThisProcessMade() {
        begin("{\"id\":\"a\"}");
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(1, "run/7")),
                new DeliveryEvent.ResultRead(null));

        assertThat(state).isInstanceOfSatisfying(Starting.Queued.class, queued -> {
            assertThat(queued.attempt()).isEqualTo(1);
            assertThat(queued.alone()).isFalse();
        });

        hear(new DeliveryEvent.TurnGiven(), new DeliveryEvent.OutcomeRead(null));

        assertThat(done()).containsExactly("CreateAttempt", "ReadRecord", "ReadResult", "ReadOutcome", "StartRender");
    }

    /** Between the reading of its record and its turn may be minutes, in which an owner before may have ended it. */
    @Test
    void aJobThatHasEndedElsewhereWhileItWaitedForItsTurnIsAnnouncedAndNotRendered() {
        TerminalEvent outcome = new Outcome.Canceled(state.assignment().context(1), "elsewhere", List.of()).event();
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(1, "another/7")),
                new DeliveryEvent.ResultRead(null),
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(2, Creation.CREATED),
                new DeliveryEvent.OutcomeRead(outcome.data()));

        assertThat(done()).doesNotContain("StartRender");
        assertThat(last()).isEqualTo(new DeliveryAction.Announce(outcome));
    }

    @Test
    void anOpenAttemptOfAnotherProcessCountsAgainstTheJob() {
        begin("{\"id\":\"a\"}");
        hear(
                new DeliveryEvent.TurnGiven(),
                new DeliveryEvent.AttemptCreated(1, Creation.EXISTS),
                new DeliveryEvent.RecordRead(recordOf(1, "another/7")),
                new DeliveryEvent.ResultRead(null));

        assertThat(state).isInstanceOfSatisfying(Starting.Queued.class, queued -> {
            assertThat(queued.attempt()).isEqualTo(2);
            assertThat(queued.alone()).isTrue();
        });
    }

    /** Its pictures are rendered and stored, and a result for a request with this digest was there before. */
    private void rendersWithExactlyOnceWhereAResultIs(String digest) {
        actions.clear();
        state = Delivery.begin(assignment(true, false), NOW).state();
        render();
        hear(
                stored(0, "own 0.png"),
                stored(1, "own 1.png"),
                new DeliveryEvent.ResultCreated(Creation.EXISTS),
                result(digest),
                new DeliveryEvent.OutcomeCreated(Creation.CREATED));
    }

    private void beginsAgainWithExactlyOnce() {
        state = Delivery.begin(assignment(true, true), NOW).state();
    }

    private void settledWithoutAWord() {
        assertThat(state).isInstanceOf(Closing.Settled.class);
        assertThat(done()).isEmpty();
    }

    private static Assignment assignment(boolean exactlyOnce, boolean begunBefore) {
        IncomingRecord record = Records.json("{\"id\":\"a\"}");
        return new Assignment(
                Records.PARSER.parse(record),
                record,
                "w",
                "run",
                "bucket",
                3,
                Limits.DEFAULTS,
                NOW,
                exactlyOnce,
                begunBefore,
                TraceContext.NONE);
    }

    private JobRecord recordOf(int attempts, String run) {
        List<JobRecord.Attempt> made = new ArrayList<>();
        for (int n = 1; n <= attempts; n++) {
            made.add(attempt(n, run, state.assignment().record().source().offset()));
        }
        return new JobRecord(made, null, null);
    }

    private JobRecord.Attempt attempt(int number, String run, long offset) {
        Assignment a = state.assignment();
        Source at = a.record().source();
        Source source = new Source(at.topic(), at.partition(), offset, at.key());
        return new JobRecord.Attempt(number, a.request().digest(), "topic-id", source, "w", run, 1, null);
    }

    /** A record with the outcome of a request at some offset. */
    private static JobRecord ended(JobRecord record, long offset) {
        return new JobRecord(record.attempts(), outcome(offset), null);
    }

    private static Bytes outcome(long offset) {
        return Bytes.utf8("{\"id\":\"a\",\"status\":\"completed\",\"outputs\":[],\"source\":{"
                + "\"topic\":\"darkroom.requests\",\"partition\":3,\"offset\":" + offset + "}}");
    }
}
