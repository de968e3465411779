package io.darkroom.job;

import static io.darkroom.job.Records.PARSER;
import static io.darkroom.job.Records.bytes;
import static io.darkroom.job.Records.invalid;
import static io.darkroom.job.Records.json;
import static io.darkroom.job.Records.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class RequestParserTest {
    @Test
    void theContractsExampleIsRead() {
        RenderRequest request = valid(
                """
                {"id": "3f0c", "model": "starter", "prompt": "a mountain lake", "negative_prompt": "blurry",
                 "num_inference_steps": 50, "guidance_scale": 7.5, "width": 512, "height": 512, "seed": 42}""");

        assertThat(request.key()).isEqualTo(new JobKey("3f0c", 0));
        assertThat(request.model()).isEqualTo("starter");
        assertThat(request.prompts().prompt()).isEqualTo("a mountain lake");
        assertThat(request.prompts().negativePrompt()).isEqualTo("blurry");
        assertThat(request.steps().numInferenceSteps()).isEqualTo(50);
        assertThat(request.guidance().guidanceScale()).isEqualTo(7.5);
        assertThat(request.width()).isEqualTo(512);
        assertThat(request.seed()).isEqualTo(42);
        assertThat(request.priority()).isEqualTo(5);
        assertThat(request.output().prefixOrDefault()).isEqualTo("renders");
        assertThat(request.fieldsGiven())
                .containsExactly(
                        "id",
                        "model",
                        "prompt",
                        "negative_prompt",
                        "num_inference_steps",
                        "guidance_scale",
                        "width",
                        "height",
                        "seed");
    }

    @Test
    void everyFieldOfTheContractIsTyped() {
        RenderRequest request = valid(
                """
                {"id":"a","prompt_2":"p2","prompt_3":"p3","negative_prompt_2":"n2","negative_prompt_3":"n3",
                 "class_labels":[207,"golden retriever"],"timesteps":[999,500,1],"guidance_rescale":0.7,
                 "true_cfg_scale":4,"guider":{"_class_name":"AdaptiveProjectedGuidance","eta":1.0,"start":0.1,"stop":0.9},
                 "scheduler":{"_class_name":"DDIMScheduler","use_karras_sigmas":true,"variance_type":null},"eta":0.5,
                 "generator_device":"cuda","num_images_per_prompt":2,"image":{"key":"inputs/a.png","bucket":"other"},
                 "strength":0.8,"original_size":[1024,768],"crops_coords_top_left":[0,0],"target_size":[512,512],
                 "negative_original_size":[1,2],"negative_crops_coords_top_left":[3,4],"negative_target_size":[5,6],
                 "max_sequence_length":256,"original_inference_steps":50,"mask_image":{"key":"m.png"},
                 "inversion":{"prompt":"a cat","num_inference_steps":50,"guidance_scale":1.0},"task":"reconstruct",
                 "loras":[{"name":"style","scale":0.8},{"name":"other"}],"control_image":{"key":"c.png"},
                 "controlnet":"canny","controlnet_conditioning_scale":0.5,"control_guidance_start":0,
                 "control_guidance_end":1,"vae":"better","prompt_weighting":true,"clip_skip":1,
                 "output":{"prefix":"mine/","format":"jpeg","quality":90,"presign_seconds":60,"metadata":false},
                 "priority":9,"tenant":"t","group":"g","labels":{"a":"b"},"expires_at":"2030-01-31T12:00:00+01:00",
                 "preview_every":5}""");

        assertThat(request.classLabels())
                .containsExactly(
                        new RenderRequest.ClassLabel.Id(207), new RenderRequest.ClassLabel.Name("golden retriever"));
        assertThat(request.steps().timesteps()).containsExactly(999, 500, 1);
        assertThat(request.guidance().guider())
                .isEqualTo(new RenderRequest.Guider("AdaptiveProjectedGuidance", 0.1, 0.9, Map.of("eta", 1.0)));
        RenderRequest.Scheduler scheduler = request.steps().scheduler();
        assertThat(scheduler == null ? Map.of() : scheduler.overrides())
                .containsEntry("use_karras_sigmas", true)
                .containsEntry("variance_type", null);
        assertThat(request.generatorDevice()).isEqualTo(RenderRequest.GeneratorDevice.CUDA);
        assertThat(request.inputs().image()).isEqualTo(new RenderRequest.ImageRef("inputs/a.png", "other"));
        assertThat(request.conditioning().originalSize()).isEqualTo(new RenderRequest.Size(1024, 768));
        assertThat(request.inputs().inversion()).isEqualTo(new RenderRequest.Inversion("a cat", 50, 1.0));
        assertThat(request.loras())
                .containsExactly(new RenderRequest.Lora("style", 0.8), new RenderRequest.Lora("other", 1));
        assertThat(request.output())
                .isEqualTo(new RenderRequest.Output("mine", RenderRequest.Format.JPEG, 90, 60, false));
        assertThat(request.labels()).containsExactly(Map.entry("a", "b"));
        assertThat(request.expiresAt()).isEqualTo(Instant.parse("2030-01-31T11:00:00Z"));
    }

    @Test
    void everyProblemIsReportedAtOnceWithFieldValueAndWhatWouldBeAccepted() {
        Failure failure = invalid(
                """
                {"id":"a","prompt":7,"seed":-1,"num_inference_step":20,"image":{"key":"../secret","buckett":"b"},
                 "loras":[{"name":"ok"},{"scale":"x"}],"output":{"quality":0,"prefix":".darkroom/jobs"},
                 "inversion":{"steps":5}}""");

        assertThat(failure.code()).isEqualTo(Failure.Code.INVALID_REQUEST);
        assertThat(failure.problems())
                .extracting(Problem::field)
                .containsExactlyInAnyOrder(
                        "prompt",
                        "seed",
                        "num_inference_step",
                        "image.key",
                        "image.buckett",
                        "loras[1].name",
                        "loras[1].scale",
                        "output.quality",
                        "output.prefix",
                        "inversion.steps");
        assertThat(failure.problems())
                .contains(
                        new Problem("seed", "expected a whole number from 0 to 9223372036854775807, got -1"),
                        new Problem("prompt", "expected text, got 7"),
                        new Problem(
                                "num_inference_step",
                                "unknown field; the nearest known one is \"num_inference_steps\""),
                        new Problem("image.buckett", "unknown field; the nearest known one is \"bucket\""));
    }

    /** Each problem has the value, of a long one the beginning. */
    @TestFactory
    Stream<DynamicTest> aProblemQuotesItsValue() {
        String many = "[" + String.join(",", Collections.nCopies(500, "1")) + "]";
        return Map.ofEntries(
                        Map.entry(
                                "{\"seed\":[1,\"two\",{\"a\":null,\"b\":[]}]}",
                                "got [1,\"two\",{\"a\":null,\"b\":[]}]"),
                        Map.entry("{\"seed\":" + many + "}", "got [1" + ",1".repeat(29) + "…"),
                        Map.entry("{\"seed\":{}}", "got {}"),
                        Map.entry("{\"timesteps\":[]}", "got []"),
                        Map.entry("{\"seed\":1,\"seed\":2}", "expected once, got it again, as 2"),
                        Map.entry("{\"prompt\":\"a\",\"prompt\":\"bc\"}", "got it again, as a text of 2 characters"),
                        Map.entry("{\"prompt\":[\"my secret\"]}", "expected text, got a list of 1"),
                        Map.entry("{\"labels\":{\" \":\"x\"}}", "1 to 128 characters, not all blank, got \" \""),
                        Map.entry("{\"scheduler\":{\"beta_start\":1e400}}", "1.7976931348623157E308, got 1e400"),
                        Map.entry("{\"scheduler\":{\"beta_start\":-" + "9".repeat(309) + "}}", "E308, got -999"),
                        Map.entry("{\"strength\":-1}", "expected a number above 0, up to 1, got -1"),
                        Map.entry("{\"strength\":0}", "expected a number above 0, up to 1, got 0"),
                        Map.entry(
                                "{\"control_guidance_start\":0.5,\"control_guidance_end\":0.5}",
                                "expected a number above control_guidance_start, 0.5, got 0.5"))
                .entrySet()
                .stream()
                .map(e -> DynamicTest.dynamicTest(
                        e.getValue(), () -> assertThat(invalid(e.getKey()).problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.message())
                                        .contains(e.getValue())
                                        .hasSizeLessThan(200))));
    }

    @TestFactory
    Stream<DynamicTest> aBadValueIsAProblemOfItsField() {
        Map<String, String> bad = Map.ofEntries(
                Map.entry("id", "\"../x\""),
                Map.entry("model", "\"a/b\""),
                Map.entry("task", "\"paint\""),
                Map.entry("negative_prompt", "[\"a\"]"),
                Map.entry("class_labels", "[]"),
                Map.entry("num_inference_steps", "1.5"),
                Map.entry("timesteps", "\"all\""),
                Map.entry("sigmas[0]", "[-1]"),
                Map.entry("guidance_scale", "\"7\""),
                Map.entry("guidance_rescale", "1.1"),
                Map.entry("guider", "\"apg\""),
                Map.entry("guider.start", "{\"start\": 2}"),
                Map.entry("scheduler", "7"),
                Map.entry("eta", "-0.1"),
                Map.entry("seed", "9223372036854775808"),
                Map.entry("generator_device", "\"mps\""),
                Map.entry("width", "0"),
                Map.entry("image", "\"a.png\""),
                Map.entry("image.key", "{\"bucket\": \"abc\"}"),
                Map.entry("image.bucket", "{\"key\": \"a\", \"bucket\": \"A/B\"}"),
                Map.entry("strength", "0"),
                Map.entry("original_size", "[512]"),
                Map.entry("target_size[1]", "[1, \"2\"]"),
                Map.entry("prompt_weighting", "1"),
                Map.entry("loras", "{}"),
                Map.entry("loras[0].name", "[{\"name\": \"../x\"}]"),
                Map.entry("sweep", "{}"),
                Map.entry("sweep.guidance_scale[1]", "{\"guidance_scale\": [1, \"x\"]}"),
                Map.entry("sweep.id", "{\"id\": [\"a\"]}"),
                Map.entry("sweep.promt[0]", "{\"promt\": [\"a\"]}"),
                Map.entry("output.format", "{\"format\": \"gif\"}"),
                Map.entry("output.presign_seconds", "{\"presign_seconds\": 604801}"),
                Map.entry("priority", "10"),
                Map.entry("tenant", "\"\""),
                Map.entry("labels", "[]"),
                Map.entry("labels.a", "{\"a\": 1}"),
                Map.entry("expires_at", "\"tomorrow\""),
                Map.entry("preview_every", "0"));

        return bad.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey() + " = " + e.getValue(), () -> {
                    String field = e.getKey().split("[.\\[]", 2)[0];

                    Failure failure = invalid("{\"" + field + "\": " + e.getValue() + "}");

                    assertThat(failure.problems()).extracting(Problem::field).containsExactly(e.getKey());
                }));
    }

    @TestFactory
    Stream<DynamicTest> aKeyThatLeavesItsPlaceIsRefused() {
        return Stream.of(
                        "",
                        "/a",
                        "a/../b",
                        "..",
                        "a//b",
                        "./a",
                        "a\\\\..\\\\b",
                        "\\\\a",
                        ".darkroom/jobs/x",
                        ".DarkRoom",
                        "a\\u0000b",
                        "a\\nb",
                        "a\\ud800")
                .map(key -> DynamicTest.dynamicTest(key.isEmpty() ? "(empty)" : key, () -> {
                    Failure input = invalid("{\"image\": {\"key\": \"" + key + "\"}}");
                    Failure output = invalid("{\"output\": {\"prefix\": \"" + key + "\"}}");

                    assertThat(input.problems()).extracting(Problem::field).containsExactly("image.key");
                    assertThat(output.problems()).extracting(Problem::field).containsExactly("output.prefix");
                }));
    }

    @Test
    void aRequestThatOnlyAsksForTooMuchIsTooLarge() {
        String prompt = "x".repeat(8193);

        Failure failure = invalid("{\"prompt\":\"" + prompt + "\",\"width\":100000,\"num_inference_steps\":1001,"
                + "\"num_images_per_prompt\":17,\"sweep\":{\"seed\":[1,2,3,4,5,6,7,8,9],\"eta\":[0,0.1,0.2,0.3,0.4,"
                + "0.5,0.6,0.7]}}");

        assertThat(failure.code()).isEqualTo(Failure.Code.TOO_LARGE);
        assertThat(failure.problems())
                .extracting(Problem::field)
                .containsExactlyInAnyOrder("prompt", "width", "num_inference_steps", "num_images_per_prompt", "sweep");
        assertThat(failure.problems()).allSatisfy(p -> assertThat(p.message()).contains("darkroom.limits."));
    }

    /** Each of its 64 pictures names its own values in the completion event. */
    @Test
    void longTextsThatAreSweptAreTooLargeTogether() {
        String texts = String.join(",", Collections.nCopies(8, "\"" + "x".repeat(1000) + "\""));
        String few = String.join(",", Collections.nCopies(4, "\"" + "x".repeat(1000) + "\""));

        Failure failure = invalid("{\"sweep\":{\"prompt\":[" + texts + "],\"negative_prompt\":[" + texts + "]}}");

        assertThat(failure.code()).isEqualTo(Failure.Code.TOO_LARGE);
        assertThat(failure.problems()).extracting(Problem::field).containsExactly("sweep");
        assertThat(failure.message()).contains("65536").contains("128000");
        assertThat(valid("{\"sweep\":{\"prompt\":[" + few + "],\"negative_prompt\":[" + few + "]}}")
                        .sweep())
                .isNotNull();
    }

    @Test
    void moreThanFourMiPixelsAreTooLargeAndExactlyFourMiAreNot() {
        assertThat(valid("{\"width\":2048,\"height\":2048}").width()).isEqualTo(2048);

        assertThat(invalid("{\"width\":2048,\"height\":2056}").code()).isEqualTo(Failure.Code.TOO_LARGE);
        assertThat(invalid("{\"height\":2056,\"sweep\":{\"width\":[512,2048]}}").code())
                .isEqualTo(Failure.Code.TOO_LARGE);
    }

    @Test
    void aWholeNumberMayBeWrittenWithAFraction() {
        assertThat(valid("{\"num_inference_steps\": 20.0, \"width\": 5.12e2}")
                        .steps()
                        .numInferenceSteps())
                .isEqualTo(20);
        assertThat(invalid("{\"width\": 512.5}").problems()).hasSize(1);
    }

    @Test
    void theLargestSeedKeepsEveryDigit() {
        assertThat(valid("{\"seed\": 9223372036854775807}").seed()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aSeedThatIsNotGivenFollowsFromTheIdAndIsBelowTwoToThe32() {
        long first = valid("{\"id\":\"a\"}").seed();
        long again = valid("{\"id\":\"a\",\"prompt\":\"other\"}").seed();
        long other = valid("{\"id\":\"b\"}").seed();

        assertThat(first).isEqualTo(again).isNotEqualTo(other).isBetween(0L, (1L << 32) - 1);
    }

    @Test
    void anEmptyListOfLorasIsNone() {
        RenderRequest request = valid("{\"loras\": []}");

        assertThat(request.loras()).isEmpty();
        assertThat(request.fieldsGiven())
                .as("so that the model's own are none either")
                .containsExactly("loras");
    }

    @Test
    void aFieldGivenAsNullIsNotGiven() {
        RenderRequest request = valid("{\"seed\": null, \"prompt\": null, \"id\": null, \"labels\": null}");

        assertThat(request.fieldsGiven()).isEmpty();
        assertThat(request.prompts().prompt()).isNull();
    }

    @Test
    void theDigestIsOfTheContentAndNotOfItsWriting() {
        String digest =
                valid("{\"id\":\"a\",\"seed\":1,\"guidance_scale\":7.50}").digest();

        assertThat(valid(" {\"guidance_scale\":75e-1, \"seed\":1.0,\n\"id\":\"\\u0061\"}")
                        .digest())
                .isEqualTo(digest)
                .matches("sha256:[0-9a-f]{64}");
        assertThat(valid("{\"id\":\"a\",\"seed\":1,\"guidance_scale\":7.5,\"priority\":9,\"labels\":{\"a\":\"b\"},"
                                + "\"expires_at\":\"2030-01-01T00:00:00Z\"}")
                        .digest())
                .isEqualTo(digest);
        assertThat(valid("{\"id\":\"a\",\"seed\":2,\"guidance_scale\":7.5}").digest())
                .isNotEqualTo(digest);
        assertThat(valid("{\"id\":\"a\",\"seed\":1,\"guidance_scale\":7.5,\"tenant\":\"t\"}")
                        .digest())
                .isNotEqualTo(digest);
    }

    @Test
    void twoSeedsThatOneDoubleCannotTellApartHaveTwoDigests() {
        assertThat(valid("{\"seed\":9007199254740993}").digest())
                .isNotEqualTo(valid("{\"seed\":9007199254740992}").digest());
    }

    @Test
    void withoutAnIdARedeliveryHasTheSameAndAnotherOffsetAnother() {
        String first = PARSER.parse(bytes(Bytes.utf8("{}"), 1)).key().id();

        assertThat(PARSER.parse(bytes(Bytes.utf8("{}"), 1)).key().id()).isEqualTo(first);
        assertThat(PARSER.parse(bytes(Bytes.utf8("{}"), 2)).key().id()).isNotEqualTo(first);
        assertThat(PARSER.parse(bytes(Bytes.utf8("{ }"), 1)).key().id()).isNotEqualTo(first);
        IncomingRecord at = bytes(Bytes.utf8("{}"), 1);
        IncomingRecord anew = new IncomingRecord(
                at.source(), "another topic of that name", at.timestamp(), at.key(), at.value(), at.headers());
        assertThat(PARSER.parse(anew).key().id()).isNotEqualTo(first);
        assertThat(JobKey.isId(first)).isTrue();
    }

    @Test
    void aCloudEventWithoutAnIdInItsDataIsNamedByItsSourceAndId() {
        String binary = valid("{\"seed\":1}", "ce_specversion", "1.0", "ce_id", "e1", "ce_source", "/me")
                .key()
                .id();
        String structured = valid(
                        "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/me\",\"type\":\"t\",\"data\":{\"seed\":1}}",
                        "content-type",
                        "application/cloudevents+json; charset=UTF-8")
                .key()
                .id();

        assertThat(structured).isEqualTo(binary);
        assertThat(valid("{}", "ce_id", "e2", "ce_source", "/me").key().id()).isNotEqualTo(binary);
        assertThat(valid("{\"id\":\"own\"}", "ce_id", "e1", "ce_source", "/me")
                        .key()
                        .id())
                .isEqualTo("own");
    }

    /** CloudEvents has neither empty: two of them are not one and the same. */
    @Test
    void anEmptySourceOrIdOfACloudEventNamesNothing() {
        String plain = valid("{\"seed\":1}").key().id();

        assertThat(valid("{\"seed\":1}", "ce_id", "", "ce_source", "").key().id())
                .isEqualTo(plain);
        assertThat(valid("{\"seed\":1}", "ce_id", "e1", "ce_source", "").key().id())
                .isEqualTo(plain);
    }

    @Test
    void aStructuredCloudEventHoldsTheSameRequestAsPlainJson() {
        RenderRequest plain = valid("{\"id\":\"a\",\"prompt\":\"p\"}");
        RenderRequest structured = valid(
                "{\"data\":{\"id\":\"a\",\"prompt\":\"p\"},\"id\":\"e\"}",
                "content-type",
                "application/cloudevents+json");
        RenderRequest base64 = valid(
                "{\"data_base64\":\"eyJpZCI6ImEiLCJwcm9tcHQiOiJwIn0=\"}",
                "content-type",
                "application/cloudevents+json");

        assertThat(structured).isEqualTo(plain);
        assertThat(base64.digest()).isEqualTo(plain.digest());
        assertThat(invalid("{\"id\":\"e\"}", "content-type", "application/cloudevents+json")
                        .problems())
                .extracting(Problem::field)
                .containsExactly("data");
    }

    @Test
    void theGenerationComesFromItsHeaderAndABadOneDoesNotTouchTheIdsFirstGeneration() {
        assertThat(valid("{\"id\":\"a\"}", "darkroom-generation", "2").key()).isEqualTo(new JobKey("a", 2));

        ParsedRequest bad = PARSER.parse(json("{\"id\":\"a\"}", "darkroom-generation", "-1"));

        assertThat(bad).isInstanceOf(ParsedRequest.Invalid.class);
        assertThat(bad.key().id()).isNotEqualTo("a");
    }

    @Test
    void anInvalidRequestKeepsItsIdAndItsLabels() {
        ParsedRequest parsed = PARSER.parse(json("{\"id\":\"a\",\"labels\":{\"k\":\"v\"},\"seed\":-1}"));

        assertThat(parsed.key()).isEqualTo(new JobKey("a", 0));
        assertThat(parsed.labels()).containsExactly(Map.entry("k", "v"));
    }

    @Test
    void whatTheModelCannotDoIsReportedWithTheRest() {
        RequestCheck check = request -> List.of(new Problem("model", "unknown", Failure.Code.UNKNOWN_MODEL));
        RequestParser parser = new RequestParser(Limits.DEFAULTS, check);

        ParsedRequest alone = parser.parse(json("{\"model\":\"x\"}"));
        ParsedRequest both = parser.parse(json("{\"model\":\"x\",\"seed\":-1}"));

        assertThat(alone).isInstanceOfSatisfying(ParsedRequest.Invalid.class, i -> assertThat(
                        i.failure().code())
                .isEqualTo(Failure.Code.UNKNOWN_MODEL));
        assertThat(both).isInstanceOfSatisfying(ParsedRequest.Invalid.class, i -> assertThat(
                        i.failure().problems())
                .extracting(Problem::field)
                .containsExactly("seed", "model"));
    }

    /** The intake is one stream: what it throws would end it for every request that follows. */
    @TestFactory
    Stream<DynamicTest> whatGoesWrongInReadingEndsThatRequestAlone() {
        return Stream.of(
                        Map.entry(Failure.Code.INTERNAL, (Throwable) new IllegalStateException("a bug")),
                        Map.entry(Failure.Code.INTERNAL, new StackOverflowError()),
                        Map.entry(Failure.Code.INTERNAL, new NoClassDefFoundError("io/darkroom/Gone")),
                        Map.entry(Failure.Code.OUT_OF_MEMORY, new OutOfMemoryError("Java heap space")))
                .map(e -> DynamicTest.dynamicTest(e.getValue().toString(), () -> {
                    RequestParser parser = new RequestParser(Limits.DEFAULTS, request -> thrown(e.getValue()));

                    ParsedRequest parsed = parser.parse(json("{\"id\":\"a\",\"prompt\":\"p\"}"));

                    assertThat(parsed).isInstanceOfSatisfying(ParsedRequest.Invalid.class, invalid -> {
                        assertThat(invalid.key()).isEqualTo(new JobKey("a", 0));
                        assertThat(invalid.failure().code()).isEqualTo(e.getKey());
                        assertThat(invalid.failure().problems())
                                .extracting(Problem::field)
                                .containsExactly("(request)");
                    });
                }));
    }

    private static List<Problem> thrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) cause;
    }

    @Test
    void aFieldThatCannotBeReadIsNotReportedAsMissingToo() {
        RequestCheck check = request -> request.prompts().prompt() == null
                ? List.of(new Problem("prompt", "is missing", Failure.Code.INVALID_REQUEST))
                : List.of();
        RequestParser parser = new RequestParser(Limits.DEFAULTS, check);

        ParsedRequest wrong = parser.parse(json("{\"prompt\":17}"));
        ParsedRequest missing = parser.parse(json("{}"));

        assertThat(List.of(wrong, missing)).allSatisfy(request -> assertThat(request)
                .isInstanceOfSatisfying(
                        ParsedRequest.Invalid.class, i -> assertThat(i.failure().problems())
                                .extracting(Problem::field)
                                .containsExactly("prompt")));
    }

    /** Whatever goes with it would look wrong. */
    @Test
    void anInputPictureThatCannotBeReadIsThereAllTheSame() {
        RequestCheck check = request -> request.inputs().image() == null
                ? List.of(new Problem("strength", "goes with an image", Failure.Code.INVALID_REQUEST))
                : List.of();
        RequestParser parser = new RequestParser(Limits.DEFAULTS, check);

        for (String image : List.of("\"a.png\"", "{}", "{\"key\":\"\"}", "{\"key\":7}")) {
            ParsedRequest parsed = parser.parse(json("{\"image\":" + image + ",\"strength\":0.5}"));

            assertThat(parsed).isInstanceOfSatisfying(ParsedRequest.Invalid.class, i -> assertThat(
                            i.failure().problems())
                    .extracting(Problem::field)
                    .allMatch(field -> field.startsWith("image")));
        }
    }

    @Test
    void nothingIsHeldAgainstAnotherModelThanTheOneThatWasMeant() {
        RequestCheck check = request -> List.of(new Problem("prompt_2", "no such argument", Failure.Code.UNSUPPORTED));
        RequestParser parser = new RequestParser(Limits.DEFAULTS, check);

        assertThat(parser.parse(json("{\"model\":7}")))
                .isInstanceOfSatisfying(
                        ParsedRequest.Invalid.class, i -> assertThat(i.failure().problems())
                                .extracting(Problem::field)
                                .containsExactly("model"));
    }

    @Test
    void halvesOfSurrogatePairsAreReplacedWhereverAProblemTellsThem() {
        Problem problem = new Problem("scheduler.\ud800", "\ud800 is no key");

        assertThat(problem.field()).isEqualTo("scheduler.\ufffd");
        assertThat(problem.message()).isEqualTo("\ufffd is no key");
    }

    @Test
    void aTopicOfATenantIsTheTenantsWhateverItsRequestsSay() {
        RequestParser parser =
                new RequestParser(Limits.DEFAULTS, RequestCheck.none(), Map.of("darkroom.requests", "acme"));

        assertThat(parser.parse(json("{\"id\":\"a\"}")))
                .isInstanceOfSatisfying(
                        ParsedRequest.Valid.class,
                        v -> assertThat(v.request().tenant()).isEqualTo("acme"));
        assertThat(parser.parse(json("{\"id\":\"a\",\"tenant\":\"acme\"}"))).isInstanceOf(ParsedRequest.Valid.class);
        assertThat(parser.parse(json("{\"id\":\"a\",\"tenant\":\"other\"}")))
                .isInstanceOfSatisfying(
                        ParsedRequest.Invalid.class,
                        i -> assertThat(i.failure().problems()).singleElement().satisfies(problem -> {
                            assertThat(problem.field()).isEqualTo("tenant");
                            assertThat(problem.message()).contains("acme", "darkroom.tenants.topics", "other");
                        }));
    }

    @Test
    void whoseTopicItIsDoesNotChangeWhichRequestItIs() {
        RequestParser bound =
                new RequestParser(Limits.DEFAULTS, RequestCheck.none(), Map.of("darkroom.requests", "acme"));

        assertThat(bound.parse(json("{\"id\":\"a\"}")).digest())
                .isEqualTo(PARSER.parse(json("{\"id\":\"a\"}")).digest());
    }
}
