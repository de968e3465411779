package io.darkroom.chaos.checker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A checker that finds nothing proves nothing: each kind of fault is planted into a history that has none. */
class CheckerTest {
    @TempDir
    private Path folder;

    /**
     * Something that must not be in a history.
     *
     * @param violations all that are to be found, by their beginnings
     */
    private record Planted(String name, Consumer<SmallRun> fault, List<String> violations) {
        private Planted(String name, Consumer<SmallRun> fault, String... violations) {
            this(name, fault, List.of(violations));
        }
    }

    @Test
    void aHistoryThatKeepsEveryPromiseIsClean() throws IOException {
        assertThat(check(run -> {}).violations()).isEmpty();
    }

    @Test
    void theTableCountsWhatHappened() throws IOException {
        assertThat(check(run -> {}).figures())
                .containsEntry("jobs", "6 {canceled=1, completed=4, failed=1}")
                .containsEntry("faults", "5 {SIGKILL=1, SIGSTOP=1, poison=3}")
                .containsEntry("redeliveries (attempts after the first)", "5")
                .containsEntry("attempts begun after their job had ended", "0")
                .containsEntry("checkpoints read", "1")
                .containsEntry("resumes that show in what was told", "1")
                .containsEntry("handovers", "1")
                .containsEntry("stale owners", "1")
                .containsEntry("poison jobs given up", "1")
                .containsEntry("copies of terminal events", "1")
                .containsEntry("copies for readers of committed records", "0")
                .containsEntry("copies of dead letters", "0")
                .containsEntry(
                        "time to recover: from SIGKILL until the first of its jobs is taken up",
                        "6.8 s (median), 6.8 s (longest)")
                .containsEntry(
                        "device seconds wasted",
                        "0.002 made again beside 0.040 used (5.0 %); 4 attempts ended without a word");
    }

    @Test
    void anAttemptThatIsBegunUnawaresIsCountedOnly() throws IOException {
        Report report = check(run -> {
            // Within the second of its end, 18,000.
            run.line("start", "worker=b").put("t", 18_999);
            again(run, "taken", 20_000);
        });

        assertThat(report.violations()).isEmpty();
        assertThat(report.figures()).containsEntry("attempts begun after their job had ended", "1");
    }

    @Test
    void aDeadLetterMayComeTwice() throws IOException {
        Report report = check(run -> run.copy(letter(run, "resumed")).put("offset", 2));

        assertThat(report.violations()).isEmpty();
        assertThat(report.figures()).containsEntry("copies of dead letters", "1");
    }

    @Test
    void aPictureThatCameTooLateForTheEndOfACanceledJobMayBeThere() throws IOException {
        assertThat(check(run -> stray(run, "renders/dropped/0.png")).violations())
                .isEmpty();
    }

    @Test
    void whatAKilledWorkerLeavesOfItsCheckOfTheStoreMayBeThere() throws IOException {
        assertThat(check(run -> stray(run, ".darkroom/self-check/f86dc268-739f-4c5b-b580-b0d5e7814561"))
                        .violations())
                .isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> aPlantedFaultIsFound() {
        return faults().map(planted -> DynamicTest.dynamicTest(planted.name, () -> {
            Report report = check(planted.fault);

            assertThat(report.violations()).hasSameSizeAs(planted.violations);
            for (String expected : planted.violations) {
                assertThat(report.violations()).anyMatch(violation -> violation.startsWith(expected));
            }
            assertThat(report.text()).contains("BROKEN: " + planted.violations.get(0));
        }));
    }

    @Test
    void theCheckerSharesNoCodeWithWhatItJudges() {
        DescribedPredicate<JavaClass> ours = DescribedPredicate.describe(
                "Darkroom's own beside the checker",
                type -> type.getPackageName().startsWith("io.darkroom")
                        && !type.getPackageName().equals(Checker.class.getPackageName()));

        noClasses().should().dependOnClassesThat(ours).check(new ClassFileImporter().importPackagesOf(Checker.class));
    }

    private static Stream<Planted> faults() {
        return Stream.of(
                new Planted(
                        "a request is lost",
                        run -> {
                            run.remove("record", "topic=darkroom.completions", "key=dropped");
                        },
                        "dropped: no terminal event",
                        "dropped: committed before its terminal event was there"),
                new Planted(
                        "the broker lost what it acknowledged",
                        run -> run.remove("record", "topic=darkroom.requests", "key=dropped"),
                        "dropped: acknowledged at darkroom.requests-0@4, and not there"),
                new Planted(
                        "a job ends twice, in two ways",
                        run -> second(run, "handed-over").put("attempt", 3),
                        "handed-over: 2 distinct terminal events",
                        "1 copies of events for readers of committed records"),
                new Planted(
                        "the end is told under a second id",
                        run -> run.copy(event(run, "taken"))
                                .put("ce_id", "another")
                                .put("committed", false),
                        "taken: 2 distinct terminal events",
                        "taken: an event's ce_id is \"another\", not taken~0"),
                new Planted(
                        "the ends of two jobs have one id",
                        run -> event(run, "dropped").put("ce_id", "poison~0"),
                        "dropped: an event's ce_id is \"poison~0\", not dropped~0"),
                new Planted(
                        "an event's subject is another job",
                        run -> event(run, "dropped").put("ce_subject", "poison"),
                        "dropped: an event's ce_subject is \"poison\", not dropped"),
                new Planted(
                        "an end has the data of another job",
                        run -> {
                            SmallRun.value(event(run, "dropped")).put("id", "poison");
                            SmallRun.value(run.line("object", "key=.darkroom/jobs/dropped/outcome"))
                                    .put("id", "poison");
                        },
                        "dropped: an event's data's id is \"poison\", not dropped"),
                new Planted(
                        "a progress event under the key of another job",
                        run -> run.line("record", "topic=darkroom.progress").put("key", "taken"),
                        "taken: an event's ce_subject is \"resumed\", not taken",
                        "taken: an event's data's id is \"resumed\", not taken"),
                new Planted(
                        "an end is told of the request of another job",
                        run -> {
                            source(event(run, "dropped")).put("offset", 3);
                            source(run.line("object", "key=.darkroom/jobs/dropped/outcome"))
                                    .put("offset", 3);
                        },
                        "dropped: its event is told of darkroom.requests-0@3"),
                new Planted(
                        "the same end is told twice to readers of committed records",
                        run -> second(run, "handed-over"),
                        "1 copies of events for readers of committed records"),
                new Planted(
                        "the end is told in an aborted transaction only",
                        run -> event(run, "handed-over").put("committed", false),
                        "handed-over: no terminal event for readers of committed records",
                        "handed-over: committed before its terminal event was there"),
                new Planted(
                        "a type that is not the status'",
                        run -> event(run, "dropped").put("ce_type", "io.darkroom.render.failed.v1"),
                        "dropped: its event's type"),
                new Planted(
                        "an end of nobody's job",
                        run -> {
                            ObjectNode end = run.copy(event(run, "dropped"))
                                    .put("key", "stranger")
                                    .put("ce_id", "stranger~0")
                                    .put("ce_subject", "stranger");
                            SmallRun.value(end).put("id", "stranger");
                        },
                        "stranger: ended, and was never sent"),
                new Planted(
                        "an announced picture is missing",
                        run -> run.remove("object", "key=renders/resumed/0.png"),
                        "renders/resumed/0.png: announced, and not there"),
                new Planted(
                        "an announced picture is in the folder of another job",
                        run -> {
                            run.remove("object", "key=renders/resumed/0.png");
                            for (ObjectNode line : run.lines) {
                                if (line.path("value").path("id").asText().equals("resumed")) {
                                    line.path("value").path("outputs").forEach(output -> ((ObjectNode) output)
                                            .put("key", "renders/taken/0.png"));
                                }
                            }
                        },
                        "renders/taken/0.png: announced as a picture of resumed"),
                new Planted(
                        "an announced picture is another",
                        run -> run.line("object", "key=renders/resumed/0.png").put("sha256", "another"),
                        "renders/resumed/0.png: not what was announced"),
                new Planted(
                        "a picture of a completed job is unannounced",
                        run -> run.copy(run.line("object", "key=renders/resumed/0.png"))
                                .put("key", "renders/resumed/1.png"),
                        "renders/resumed/1.png: there, and not announced"),
                new Planted(
                        "a picture of nobody's job",
                        run -> stray(run, "renders/stranger/0.png"),
                        "renders/stranger/0.png: there, and of no known kind"),
                new Planted(
                        "a picture at another prefix",
                        run -> stray(run, "pictures/resumed/0.png"),
                        "pictures/resumed/0.png: there, and of no known kind"),
                new Planted(
                        "a picture by another name",
                        run -> stray(run, "renders/resumed/copies/0.png"),
                        "renders/resumed/copies/0.png: there, and of no known kind"),
                new Planted(
                        "a record of nobody's job",
                        run -> stray(run, ".darkroom/jobs/stranger/attempt-1"),
                        ".darkroom/jobs/stranger/attempt-1: there, and of no known kind"),
                new Planted(
                        "something unknown in a job's record",
                        run -> stray(run, ".darkroom/jobs/resumed/outcome-2"),
                        ".darkroom/jobs/resumed/outcome-2: there, and of no known kind"),
                new Planted(
                        "a picture of a canceled job that is none of its own",
                        run -> stray(run, "renders/dropped/0.png").put("sha256", "another"),
                        "renders/dropped/0.png: there, and not announced"),
                new Planted(
                        "more pictures of a canceled job than it asks for",
                        run -> stray(run, "renders/dropped/1.png"),
                        "renders/dropped/1.png: there, and not announced"),
                new Planted(
                        "a picture differs from the undisturbed run's",
                        run -> {
                            run.line("object", "key=renders/resumed/0.png").put("sha256", "another");
                            for (ObjectNode line : run.lines) {
                                if (line.path("value").path("id").asText().equals("resumed")) {
                                    line.path("value").path("outputs").forEach(output -> ((ObjectNode) output)
                                            .put("sha256", "another"));
                                }
                            }
                        },
                        "resumed: its pictures differ from those of reference"),
                new Planted(
                        "the run that is compared with was disturbed",
                        run -> run.copy(run.line("object", "key=.darkroom/jobs/reference/attempt-1"))
                                .put("key", ".darkroom/jobs/reference/attempt-2"),
                        "reference: its reference reference was not rendered in one go",
                        "resumed: its reference reference was not rendered in one go",
                        "handed-over: its reference reference was not rendered in one go",
                        "taken: its reference reference was not rendered in one go"),
                new Planted(
                        "completed without a picture",
                        run -> {
                            for (ObjectNode line : run.lines) {
                                if (line.path("value").path("id").asText().equals("reference")) {
                                    SmallRun.value(line).putArray("outputs");
                                }
                            }
                            for (String job : new String[] {"resumed", "handed-over", "taken"}) {
                                run.remove("object", "key=renders/" + job + "/0.png");
                            }
                            run.remove("object", "key=renders/reference/0.png");
                        },
                        "reference: completed without a picture",
                        "renders/resumed/0.png: announced, and not there",
                        "resumed: its pictures differ",
                        "renders/handed-over/0.png: announced, and not there",
                        "handed-over: its pictures differ",
                        "renders/taken/0.png: announced, and not there",
                        "taken: its pictures differ"),
                new Planted(
                        "the record holds another end than was told",
                        run -> SmallRun.value(run.line("object", "key=.darkroom/jobs/taken/outcome"))
                                .put("attempt", 1),
                        ".darkroom/jobs/taken/outcome: not what was announced"),
                new Planted(
                        "an end that the record does not hold",
                        run -> run.remove("object", "key=.darkroom/jobs/dropped/outcome"),
                        ".darkroom/jobs/dropped/outcome: not there"),
                new Planted(
                        "another result beside the pictures than was told",
                        run -> SmallRun.value(run.line("object", "key=renders/taken/result.json"))
                                .put("attempt", 1),
                        "renders/taken/result.json: not what was announced"),
                new Planted(
                        "a job is canceled that nobody canceled",
                        run -> run.remove("cancel"),
                        "dropped: canceled, and nobody asked for it"),
                new Planted(
                        "a good job is given up",
                        run -> ends(run, "taken", "attempts_exhausted"),
                        "taken: failed {\"code\":\"attempts_exhausted\"}"),
                new Planted(
                        "a poison job ends as something else",
                        run -> ends(run, "poison", "internal"),
                        "poison: poison, and ended as failed internal"),
                new Planted(
                        "a poison job without a dead letter",
                        run -> run.remove("record", "topic=darkroom.requests.dead", "key=poison"),
                        "poison: attempts_exhausted, and no dead letter",
                        "poison: committed before the dead letter of darkroom.requests-0@5 was there"),
                new Planted(
                        "another request with the same id without a dead letter",
                        run -> run.remove("record", "topic=darkroom.requests.dead", "key=resumed"),
                        "resumed: id_conflict, and no dead letter",
                        "resumed: committed before the dead letter of darkroom.requests-0@6 was there"),
                new Planted(
                        "one of two requests with the id of another without a dead letter",
                        run -> {
                            run.line("send", "offset=7").put("id", "resumed").put("expect", "conflict");
                            run.copy(letter(run, "resumed")).put("offset", 2);
                        },
                        "resumed: id_conflict, and no dead letter of darkroom.requests-0@7",
                        "resumed: committed before the dead letter of darkroom.requests-0@7 was there"),
                new Planted(
                        "a good job is put aside",
                        run -> run.copy(letter(run, "poison"))
                                .put("key", "taken")
                                .put("dead_offset", "3"),
                        "taken: attempts_exhausted: a dead letter of darkroom.requests-0@3, not due"),
                new Planted(
                        "a request is put aside for another reason than it has given",
                        run -> letter(run, "resumed").put("reason", "record_unreadable"),
                        "resumed: record_unreadable: a dead letter of darkroom.requests-0@6, not due",
                        "resumed: id_conflict, and no dead letter of darkroom.requests-0@6",
                        "resumed: committed before the dead letter of darkroom.requests-0@6 was there"),
                new Planted(
                        "a dead letter holds something else than was sent",
                        run -> letter(run, "resumed").put("sha256", "sha-of-request-1"),
                        "resumed: id_conflict: a dead letter of darkroom.requests-0@6, not as it was sent",
                        "resumed: id_conflict, and no dead letter of darkroom.requests-0@6",
                        "resumed: committed before the dead letter of darkroom.requests-0@6 was there"),
                new Planted(
                        "a dead letter has another key than was sent",
                        run -> run.copy(letter(run, "resumed")).put("key", "taken"),
                        "taken: id_conflict: a dead letter of darkroom.requests-0@6, not as it was sent"),
                new Planted(
                        "an offset is committed too early",
                        run -> run.line("offsets").put("committed", 4),
                        "handed-over: committed before its terminal event was there",
                        "resumed: committed before its terminal event was there",
                        "taken: committed before its terminal event was there"),
                new Planted(
                        "an offset is committed once its event is told in a transaction that is aborted",
                        run -> {
                            run.copy(event(run, "handed-over"))
                                    .put("committed", false)
                                    .put("timestamp", 9800);
                            run.line("offsets").put("t", 9850).put("committed", 3);
                        },
                        "handed-over: committed before its terminal event was there"),
                new Planted(
                        "an offset is committed when the other job with its id has ended",
                        run -> letter(run, "resumed").put("timestamp", 23_001),
                        "resumed: committed before the dead letter of darkroom.requests-0@6 was there"),
                new Planted(
                        "a poison job's offset is committed before it is put aside",
                        run -> letter(run, "poison").put("timestamp", 23_001),
                        "poison: committed before the dead letter of darkroom.requests-0@5 was there"),
                new Planted(
                        "nobody knows when the broker took the events",
                        run -> event(run, "taken").put("appended", false),
                        "darkroom.completions: its records have their producers' times"),
                new Planted(
                        "nobody knows when the broker took the dead letters",
                        run -> letter(run, "poison").put("appended", false),
                        "darkroom.requests.dead: its records have their producers' times"),
                new Planted(
                        "an offset is never committed",
                        run -> run.line("offsets", "committed=8").put("committed", 7),
                        "darkroom.requests-0: committed up to 7 of 8"),
                new Planted(
                        "the offsets were not read",
                        run -> run.lines.removeIf(
                                line -> line.path("kind").asText().equals("offsets")),
                        "darkroom.requests-0: its offsets were not read"),
                new Planted(
                        "a job is begun again by a worker that started after its end",
                        run -> {
                            run.line("start", "worker=b").put("t", 19_000);
                            again(run, "taken", 20_000);
                        },
                        "taken: begun again by b, in attempt 3, long after it had ended"),
                new Planted(
                        "a job is begun again for a request that was sent after its end",
                        run -> {
                            run.line("record", "topic=darkroom.requests", "offset=7")
                                    .put("timestamp", 19_000);
                            source(again(run, "taken", 20_000)).put("offset", 7);
                        },
                        "taken: begun again by b, in attempt 3, long after it had ended"),
                new Planted("nothing went on from a checkpoint", run -> run.remove("resume"), "only 0 resumes"),
                new Planted(
                        "the checkpoint that was read is for a later attempt",
                        run -> run.line("resume").put("checkpoint", "2-3"),
                        "only 0 resumes"),
                new Planted(
                        "a checkpoint is read, and a step told that is before it",
                        run -> SmallRun.value(run.line("record", "topic=darkroom.progress", "offset=3"))
                                .put("step", 2)
                                .put("eta_ms", 2400),
                        "only 0 resumes"),
                new Planted(
                        "a checkpoint is read, and the job begun anew, and soon further than that",
                        run -> SmallRun.value(run.line("record", "topic=darkroom.progress", "offset=3"))
                                .put("eta_ms", 375),
                        "only 0 resumes"),
                new Planted(
                        "what a job tells that is begun anew is held up on its way",
                        run -> {
                            run.line("record", "topic=darkroom.progress", "offset=2")
                                    .put("timestamp", 9249);
                            SmallRun.value(run.line("record", "topic=darkroom.progress", "offset=3"))
                                    .put("eta_ms", 375);
                        },
                        "only 0 resumes"),
                new Planted(
                        "nothing was handed over",
                        run -> SmallRun.value(run.line("object", "key=.darkroom/jobs/handed-over/attempt-1-end"))
                                .put("clean", false),
                        "only 0 handovers"),
                new Planted(
                        "a worker was not away for long",
                        run -> run.line("fault", "what=SIGSTOP").put("until", 16_000),
                        "only 0 stale owners"),
                new Planted(
                        "a poison job killed too few",
                        run -> run.remove("object", "key=.darkroom/jobs/poison/attempt-3"),
                        "only 0 poison jobs"),
                new Planted(
                        "no job was sent",
                        run -> {
                            ObjectNode plan = run.line("plan");
                            run.lines.clear();
                            run.lines.add(plan);
                        },
                        "no job was sent",
                        "only 0 resumes",
                        "only 0 handovers",
                        "only 0 stale owners",
                        "only 0 poison jobs"));
    }

    private static ObjectNode event(SmallRun run, String job) {
        return run.line("record", "topic=darkroom.completions", "key=" + job);
    }

    private static ObjectNode letter(SmallRun run, String job) {
        return run.line("record", "topic=darkroom.requests.dead", "key=" + job);
    }

    /** Where an event, or an object, says that its request is. */
    private static ObjectNode source(ObjectNode line) {
        return (ObjectNode) SmallRun.value(line).path("source");
    }

    /** A picture that the jobs ask for, at a key. */
    private static ObjectNode stray(SmallRun run, String key) {
        return run.copy(run.line("object", "key=renders/reference/0.png")).put("key", key);
    }

    /** A third attempt at a job. */
    private static ObjectNode again(SmallRun run, String job, long at) {
        return run.copy(run.line("object", "key=.darkroom/jobs/" + job + "/attempt-1"))
                .put("key", ".darkroom/jobs/" + job + "/attempt-3")
                .put("modified", at);
    }

    /** The data of another copy of a job's event. */
    private static ObjectNode second(SmallRun run, String job) {
        return SmallRun.value(run.copy(event(run, job)));
    }

    /** Lets a job fail, wherever it says how it ended. */
    private static void ends(SmallRun run, String job, String code) {
        for (ObjectNode line : run.lines) {
            if (line.path("value").path("status").isTextual()
                    && line.path("value").path("id").asText().equals(job)) {
                SmallRun.value(line).put("status", "failed").putObject("error").put("code", code);
                line.replace("ce_type", line.textNode("io.darkroom.render.failed.v1"));
            }
        }
    }

    private Report check(Consumer<SmallRun> fault) throws IOException {
        SmallRun run = new SmallRun();
        fault.accept(run);
        return Checker.check(run.write(folder.resolve("history.jsonl")), SmallRun.MINIMUMS);
    }
}
