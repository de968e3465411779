package io.darkroom.job;

import static io.darkroom.job.Records.PARSER;
import static io.darkroom.job.Records.bytes;
import static io.darkroom.job.Records.invalid;
import static io.darkroom.job.Records.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request parser meets that was not meant for it. */
final class HostileRequestTest {
    @Test
    void aFieldThatIsGivenTwiceIsAProblemAtAnyDepth() {
        assertThat(invalid("{\"seed\":1,\"seed\":2,\"output\":{\"quality\":1,\"quality\":2}}")
                        .problems())
                .extracting(Problem::field)
                .containsExactly("seed", "output.quality");
        assertThat(PARSER.parse(json("{\"id\":\"a\",\"id\":\"b\"}")).key().id()).hasSize(40);
    }

    @TestFactory
    Stream<DynamicTest> whatCannotBeReadSaysWhy() {
        return Stream.of(
                        Map.entry("nothing", ""),
                        Map.entry("no JSON", "hello"),
                        Map.entry("half an object", "{\"id\":\"a\""),
                        Map.entry("two values", "{} {}"),
                        Map.entry("a bomb of arrays", "[".repeat(500_000)),
                        Map.entry("a bomb of objects", "{\"a\":".repeat(100_000)),
                        Map.entry("a number without end", "{\"seed\":" + "9".repeat(100_000) + "}"),
                        Map.entry("more than a MiB", "{\"prompt\":\"" + "x".repeat(1 << 20) + "\"}"))
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    ParsedRequest parsed = PARSER.parse(json(e.getValue()));

                    assertThat(parsed).isInstanceOfSatisfying(ParsedRequest.Unreadable.class, u -> assertThat(
                                    u.failure().message())
                            .isNotBlank()
                            .hasSizeLessThan(400));
                }));
    }

    /** The failed event bears the requester's id, wherever that stands. */
    @TestFactory
    Stream<DynamicTest> whatIsTooLongOrTooDeepIsAProblemOfItsFieldAndLosesNoId() {
        String deep = "[".repeat(40) + "]".repeat(40);
        return Map.of(
                        "seed",
                        "\"seed\":" + "9".repeat(401),
                        "eta",
                        "\"eta\":0." + "1".repeat(5000),
                        "x".repeat(60) + "…",
                        "\"" + "x".repeat(1025) + "\":{\"y\":[1]}",
                        "guider.a" + "[0]".repeat(17) + "[…",
                        "\"guider\":{\"a\":" + deep + "}")
                .entrySet()
                .stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    for (String json :
                            List.of("{\"id\":\"a\"," + e.getValue() + "}", "{" + e.getValue() + ",\"id\":\"a\"}")) {
                        assertThat(PARSER.parse(json(json)))
                                .isInstanceOfSatisfying(ParsedRequest.Invalid.class, invalid -> {
                                    assertThat(invalid.key().id()).isEqualTo("a");
                                    assertThat(invalid.failure().problems())
                                            .extracting(Problem::field)
                                            .containsExactly(e.getKey());
                                    assertThat(invalid.failure().message()).hasSizeLessThan(400);
                                });
                    }
                }));
    }

    @Test
    void whatATextWithoutEndLeavesInAnEventIsShort() {
        String endless = "x".repeat(500_000);

        Failure failure = Failure.of(List.of(new Problem("scheduler.beta_start", endless + " is not a number")));
        Source source = new Source("darkroom.requests", 0, 0, "\uFFFD".repeat(500_000));

        assertThat(failure.message()).hasSizeLessThan(2100);
        assertThat(failure.problems().get(0).message()).hasSizeLessThan(2100).startsWith("xxx");
        assertThat(source.key()).hasSize(1000).endsWith("…");
    }

    @Test
    void bytesThatAreNoUtf8AreUnreadableAndAByteOrderMarkIsNot() {
        byte[] latin1 = "{\"prompt\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        byte[] marked = "\uFEFF{\"id\":\"a\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(PARSER.parse(bytes(Bytes.of(latin1), 1))).isInstanceOf(ParsedRequest.Unreadable.class);
        assertThat(PARSER.parse(bytes(Bytes.of(marked), 1)).key().id()).isEqualTo("a");
    }

    @Test
    void jsonThatIsNoObjectIsInvalid() {
        assertThat(invalid("[1]").problems())
                .containsExactly(new Problem("(request)", "expected a JSON object, got [1]"));
    }

    @Test
    void aNumberOfEnormousExponentIsAProblemAndTakesNoTime() {
        assertThat(invalid("{\"seed\":1e999999999,\"width\":1e99999999999999,\"eta\":1e-2000000000}")
                        .problems())
                .extracting(Problem::field)
                .containsExactlyInAnyOrder("seed", "width", "eta");
    }

    @Test
    void textThatIsNoUnicodeIsAProblemAndTheMessageCanBeSent() {
        Failure failure = invalid("{\"prompt\":\"a\\ud800b\",\"b\\udc00\":1}");

        assertThat(failure.problems()).hasSize(2);
        assertThat(failure.problems()).allSatisfy(p -> assertThat(Quote.brokenUnicode(p.field() + p.message()))
                .isFalse());
    }

    @Test
    void aHundredThousandUnknownFieldsMakeAFailureThatAnEventCanCarry() {
        StringBuilder json = new StringBuilder("{\"a\":1");
        for (int i = 0; i < 50_000; i++) {
            json.append(",\"f").append(i).append("\":1");
        }

        Failure failure = invalid(json.append('}').toString());

        assertThat(failure.problems()).hasSize(51);
        assertThat(failure.problems().get(50).message()).isEqualTo("49951 more problems");
    }

    /** A JVM of 3 GB reads several of them one after another while it renders. */
    @ParameterizedTest
    @ValueSource(strings = {"guider", "scheduler"})
    void manyListsInASweepAreReadOnceAndRefusedByTheirNumber(String field) {
        String deep = "[".repeat(27) + "]".repeat(27);
        String lists = String.join(",", Collections.nCopies(18_000, deep));
        String request = "{\"prompt\":\"p\",\"" + field + "\":{\"x\":[" + lists + "]},\"sweep\":" + seeds() + "}";

        long before = allocated();
        Failure failure = invalid(request);
        long bytes = allocated() - before;

        assertThat(bytes).isLessThan(400L << 20);
        assertThat(failure.problems())
                .containsExactly(new Problem(
                        field,
                        "expected at most 10000 values in lists and objects together, got 486001 values",
                        Failure.Code.TOO_LARGE));
    }

    @Test
    void theLongestListsOfDiffusersAreReadAndThePicturesOfASweepShareThem() {
        String betas = String.join(",", Collections.nCopies(1000, "0.01"));

        RenderRequest request = Records.valid(
                "{\"scheduler\":{\"trained_betas\":[" + betas + "]},\"sweep\":" + seeds() + ",\"guider\":{\"eta\":1}}");

        RenderRequest.Sweep sweep = Objects.requireNonNull(request.sweep());
        assertThat(sweep.variants()).hasSize(64).allSatisfy(variant -> {
            assertThat(variant.request().steps().scheduler())
                    .isSameAs(request.steps().scheduler());
            assertThat(variant.request().guidance().guider())
                    .isSameAs(request.guidance().guider());
        });
    }

    /** The intake is one thread: it takes no minutes for one request. */
    @Test
    @Timeout(20)
    void thousandsOfUnknownFieldsInASweepTakeNoMinutes() {
        String names = IntStream.range(0, 7_000)
                .mapToObj(i -> "\"" + "x".repeat(58) + (100_000 + i) + "\":1,")
                .collect(Collectors.joining());

        Failure failure = invalid("{" + names + "\"image\":{" + names + "\"key\":\"a\"},\"sweep\":" + seeds() + "}");

        assertThat(failure.problems()).hasSize(51);
        assertThat(failure.problems().get(50).message()).isEqualTo("13950 more problems");
    }

    @Test
    @Timeout(20)
    void thousandsOfUnknownSweptFieldsTakeNoMinutes() {
        String values = "[" + String.join(",", Collections.nCopies(64, "1")) + "]";
        String names = IntStream.range(0, 5_000)
                .mapToObj(i -> "\"" + "x".repeat(58) + (100_000 + i) + "\":" + values)
                .collect(Collectors.joining(","));

        Failure failure = invalid("{\"prompt\":\"p\",\"sweep\":{" + names + "}}");

        assertThat(failure.problems()).hasSizeBetween(50, 51);
        assertThat(failure.problems().get(0).field()).startsWith("sweep.xxx");
    }

    @Test
    void thePathsOfValuesAreNotPutTogetherUnlessOneIsWrong() {
        String numbers = "1,".repeat(490_000) + "1e1001,1e1001";
        String nested = ("{\"" + "n".repeat(1000) + "\":").repeat(30) + "[" + numbers + "]" + "}".repeat(30);

        long before = allocated();
        Failure failure = invalid("{\"guider\":" + nested + "}");
        long bytes = allocated() - before;

        assertThat(bytes).isLessThan(400L << 20);
        assertThat(failure.problems()).extracting(Problem::field).contains("guider." + "n".repeat(53) + "…");
    }

    private static String seeds() {
        return "{\"seed\":" + IntStream.range(0, 64).boxed().toList() + "}";
    }

    /** Bytes that this thread has taken from the heap. */
    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    @Test
    void mutationsOfAGoodRequestAlwaysGetAnAnswer() {
        byte[] good =
                "{\"id\":\"a\",\"prompt\":\"p\",\"seed\":42,\"sweep\":{\"eta\":[0,1]},\"loras\":[{\"name\":\"x\"}]}"
                        .getBytes(StandardCharsets.UTF_8);
        Random random = new Random(1);

        for (int i = 0; i < 5_000; i++) {
            byte[] mutated = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }

            assertThat(JobKey.isId(
                            PARSER.parse(bytes(Bytes.of(mutated), i)).key().id()))
                    .isTrue();
        }
    }

    /** A compressed record may be larger in its topic than that of dead letters takes. */
    @Test
    void aLetterLeavesOutWhatItsTopicDoesNotTake() {
        Bytes large = Bytes.utf8("x".repeat(100_000));
        IncomingRecord record = new IncomingRecord(
                new Source("darkroom.requests", 0, 0, null),
                "t",
                0,
                large,
                Bytes.utf8("no JSON"),
                List.of(new IncomingRecord.Header("own", large)));

        DeadLetter letter =
                DeadLetter.of(record, new JobKey("a", 0), DeadLetter.Reason.UNREADABLE, "no JSON", Limits.DEFAULTS);

        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isEqualTo(Bytes.utf8("no JSON"));
        assertThat(letter.headers())
                .extracting(IncomingRecord.Header::name)
                .contains("darkroom-dead-key-omitted", "darkroom-dead-headers-omitted", "darkroom-dead-reason")
                .doesNotContain("own");
    }
}
