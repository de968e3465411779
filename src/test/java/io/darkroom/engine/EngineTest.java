package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.goldens.SafetensorsFile;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.LoraException;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.VaeException;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private final Path noModels;

    private final HandDevice device = new HandDevice();
    private final ThreadPoolExecutor beside = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private InputPictures inputs = (field, at) -> new InputImage(new byte[3 * 128 * 128], 128, 128);
    private Duration checkpointEvery = Duration.ZERO;
    private Engine engine;

    EngineTest(@TempDir Path noModels) {
        this.noModels = noModels;
        this.engine = engine(false);
    }

    private Engine engine(boolean fragile) {
        return engine(fragile, Duration.ofMinutes(5));
    }

    private Engine engine(boolean fragile, Duration idle) {
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        device.listener = meter;
        Models models = new Models(
                noModels,
                BuiltInModels.starter(),
                Optional.empty(),
                Long.MAX_VALUE,
                device,
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
        Engine made = new Engine(
                "hand",
                models,
                meter,
                new Engine.Settings(4, 8, fragile, idle, Limits.DEFAULTS),
                new Engine.Helpers(
                        (field, at) -> inputs.read(field, at),
                        beside,
                        beside,
                        broken::complete,
                        Memory.UNKNOWN,
                        checkpointEvery));
        made.start();
        return made;
    }

    @AfterEach
    void close() {
        device.permits.release(1_000_000);
        engine.close();
        beside.shutdown();
        assertThat(device.open.get()).as("models that are still open").isZero();
    }

    private static RenderJob job(String json, int attempt) {
        IncomingRecord record =
                new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8(json), List.of());
        if (PARSER.parse(record) instanceof ParsedRequest.Valid valid) {
            return new RenderJob(valid.key(), valid.request(), attempt);
        }
        throw new AssertionError("not valid: " + PARSER.parse(record));
    }

    private Heard render(String id, String fields) {
        return render(id, fields, 1);
    }

    private Heard render(String id, String fields, int attempt) {
        Heard heard = new Heard();
        String steps = fields.contains("steps") ? "" : ",\"num_inference_steps\":2";
        engine.render(job("{\"id\":\"" + id + "\",\"prompt\":\"x\"" + steps + fields + "}", attempt), heard);
        return heard;
    }

    private List<Integer> rowsOfCalls() {
        return device.calls.stream().map(List::size).toList();
    }

    /** Lets the engine find out that large calls pay on this device. */
    private void learn() {
        try {
            render("learn", ",\"guidance_scale\":1,\"num_inference_steps\":8,\"num_images_per_prompt\":8")
                    .pictures();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        device.calls.clear();
    }

    /** Occupies the device with a first call, so that what is asked for meanwhile meets in the second. */
    private Heard occupy() {
        learn();
        device.hold();
        Heard first = render("first", ",\"guidance_scale\":1,\"num_inference_steps\":1,\"priority\":9");
        await().until(() -> device.calls.size() == 1);
        return first;
    }

    private static UnsupportedOperationException never() {
        return new UnsupportedOperationException("not in this test");
    }

    @Test
    void aJobIsStartedSteppedAndFinished() throws InterruptedException {
        learn();

        Heard job = render("a", ",\"num_images_per_prompt\":2");

        assertThat(job.pictures().pictures()).extracting(p -> p.fileName()).containsExactly("0.png", "1.png");
        assertThat(job.news).startsWith("started 4").endsWith("step 4/4");
        assertThat(rowsOfCalls()).containsExactly(4, 4);
    }

    @Test
    void withoutGuidanceAPictureTakesOneRow() throws InterruptedException {
        render("a", ",\"guidance_scale\":1").pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 1);
    }

    @Test
    void jobsThatFitShareACallWhateverTheirGuidanceSamplerAndStep() throws InterruptedException {
        Heard first = occupy();
        Heard guided = render("a", ",\"num_inference_steps\":1");
        Heard other = render("b", ",\"num_inference_steps\":1,\"guidance_scale\":1,\"scheduler\":\"euler\"");

        device.permits.release(2);
        first.pictures();
        guided.pictures();
        other.pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 3);
    }

    @Test
    void thePicturesOfASweepShareCallsAndTheirTextIsEncodedOnce() throws InterruptedException {
        learn();
        Heard job = render(
                "a",
                ",\"sweep\":{\"guidance_scale\":[1,7.5],\"num_inference_steps\":[1,2],"
                        + "\"scheduler\":[\"ddim\",\"euler\"]},\"negative_prompt\":\"blurry\"");

        assertThat(job.pictures().pictures()).hasSize(8);
        assertThat(job.news).startsWith("started 12").endsWith("step 12/12");
        // At most eight rows a call: two of four pictures without guidance are still to come after the first.
        assertThat(rowsOfCalls().stream().mapToInt(r -> r).sum()).isEqualTo(18);
        assertThat(rowsOfCalls()).hasSizeLessThanOrEqualTo(4);
        // The prompt, the negative one, and the empty one of the job before.
        assertThat(device.texts).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void aPictureBecomesAFileWhileTheOthersOfItsSweepAreSampled() throws InterruptedException {
        device.hold();
        Heard job = render("a", ",\"sweep\":{\"num_inference_steps\":[1,3],\"contact_sheet\":true}");

        // However many rows share a call, the shorter one is through before the longer.
        while (device.decoderCalls.isEmpty()) {
            int before = device.calls.size();
            device.permits.release();
            await().until(() -> device.calls.size() > before || !device.decoderCalls.isEmpty());
        }

        await().until(() -> beside.getCompletedTaskCount() == 1);
        assertThat(job.ended()).isFalse();
        device.permits.release(100);
        assertThat(job.pictures().pictures())
                .extracting(picture -> picture.fileName())
                .containsExactly("0.png", "1.png", "contact_sheet.png");
    }

    @Test
    void onlyAJobThatWantsPreviewsPaysForTheirMapAndOnlyTheFirst() throws InterruptedException {
        double without = render("a", "").pictures().deviceMs();
        int plain = device.decoderCalls.size();

        double first = render("b", ",\"preview_every\":1").pictures().deviceMs();
        int fitted = device.decoderCalls.size();
        render("c", ",\"preview_every\":1").pictures();

        assertThat(plain).isEqualTo(1);
        assertThat(fitted).isGreaterThan(2);
        assertThat(device.decoderCalls).hasSize(fitted + 1).containsOnly(1);
        // Each call of the decoder takes this device a millisecond.
        assertThat(first - without).isBetween(fitted - 2.0, fitted - 2 + 0.1);
    }

    @Test
    void whereTheDecoderHasNoRoomForSamplesTheJobGoesOnWithoutPreviews() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        device.pictures = pixels -> {
            if (calls.getAndIncrement() == 0) {
                throw new DeviceMemoryException("full", new IllegalStateException());
            }
            return pixels;
        };

        Heard job = render("a", ",\"preview_every\":1");

        assertThat(job.pictures().pictures()).hasSize(1);
        assertThat(job.steps).hasSize(2).allMatch(step -> step.preview() == null);
    }

    @Test
    void anEstimateThatIsNotFiniteHasNoPreview() throws InterruptedException {
        device.answer = inputs ->
                inputs.stream().map(x -> Linear.combine(Double.NaN, x)).toList();

        Heard job = render("a", ",\"preview_every\":1");

        assertThat(job.failure()).isEqualTo(Failure.Code.NON_FINITE_OUTPUT);
        assertThat(job.steps).hasSize(2).allMatch(step -> step.preview() == null);
    }

    @Test
    void jobsOfOtherSizesHaveCallsOfTheirOwn() throws InterruptedException {
        Heard first = occupy();
        Heard wide = render("a", ",\"num_inference_steps\":1,\"width\":192");
        Heard square = render("b", ",\"num_inference_steps\":1");

        device.permits.release(3);
        first.pictures();
        wide.pictures();
        square.pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 2, 2);
    }

    @Test
    void whereTheGraphTakesOneTimeJobsAtOtherTimesHaveCallsOfTheirOwn() throws InterruptedException {
        device.timePerRow = false;
        Heard first = occupy();
        Heard early = render("a", ",\"num_inference_steps\":1");
        Heard late = render("b", ",\"timesteps\":[500],\"scheduler\":\"euler\"");

        device.permits.release(3);
        first.pictures();
        early.pictures();
        late.pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 2, 2);
    }

    @Test
    void jobsOfAnotherVariantHaveCallsOfTheirOwn() throws Exception {
        Path model = ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("copy"));
        ModelCopies.copy(model.resolve("vae_decoder"), model.resolve("vaes/other/vae_decoder"));
        Heard first = occupy();
        Heard own = render("a", ",\"num_inference_steps\":1");
        Heard other = render("b", ",\"num_inference_steps\":1,\"vae\":\"other\"");

        device.permits.release(3);
        first.pictures();
        own.pictures();
        other.pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 2, 2);
    }

    @Test
    void aLoraThatDoesNotFitIsAFaultOfItsJob() throws Exception {
        Path model = ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("copy"));
        new SafetensorsFile().lora("unet.somewhere.else", 2, 4, 4).write(model.resolve("loras/a.safetensors"));
        device.loading = LoraException.unfitting("a", "changes nothing");

        assertThat(render("a", ",\"loras\":[{\"name\":\"a\"}]").failure()).isEqualTo(Failure.Code.INVALID_REQUEST);
        device.loading = null;
        render("b", "").pictures();
    }

    @Test
    void aCallTakesNoMoreRowsThanItMay() throws InterruptedException {
        learn();

        render("a", ",\"num_inference_steps\":1,\"num_images_per_prompt\":5").pictures();

        assertThat(rowsOfCalls()).containsExactly(8, 2);
    }

    @Test
    void textsOfJobsThatBeginTogetherAreEncodedInOneCall() throws InterruptedException {
        Heard first = occupy();
        device.textCalls.clear();
        Heard one = render("a", ",\"negative_prompt\":\"y\"");
        Heard other = render("b", ",\"negative_prompt\":\"z\"");

        device.permits.release(1_000);
        first.pictures();
        one.pictures();
        other.pictures();

        assertThat(device.textCalls).containsExactly(2);
    }

    @Test
    void textsThatCannotBeEncodedTogetherEndNoJob() throws InterruptedException {
        Heard first = occupy();
        Heard one = render("a", ",\"negative_prompt\":\"y\"");
        Heard other = render("b", ",\"negative_prompt\":\"z\"");
        device.textCalls.clear();
        device.severalTexts = new IllegalStateException("texts of two lengths");

        device.permits.release(1_000);

        first.pictures();
        one.pictures();
        other.pictures();
        assertThat(device.textCalls).containsExactly(2, 1, 1);
    }

    @Test
    void sweepsThatBeginTogetherDoNotSwellTheCallOfTheTextEncoder() throws InterruptedException {
        Heard first = occupy();
        String sweep = ",\"num_inference_steps\":1,\"sweep\":{\"seed\":[1,2,3,4,5]}";
        Heard one = render("a", sweep + ",\"negative_prompt\":\"y\"");
        Heard other = render("b", sweep + ",\"negative_prompt\":\"z\"");
        device.textCalls.clear();

        device.permits.release(1_000);
        first.pictures();
        one.pictures();
        other.pictures();

        assertThat(device.textCalls).containsExactly(1, 1);
    }

    @Test
    void picturesOfJobsThatEndTogetherAreDecodedInOneCall() throws InterruptedException {
        Heard first = occupy();
        Heard one = render("a", ",\"num_inference_steps\":1");
        Heard other = render("b", ",\"num_inference_steps\":1,\"scheduler\":\"euler\"");
        device.decoderCalls.clear();

        device.permits.release(1_000);
        first.pictures();
        one.pictures();
        other.pictures();

        assertThat(device.decoderCalls).containsExactly(1, 2);
    }

    @Test
    void aPictureThatDoesNotDecodeFailsItsJobAlone() throws InterruptedException {
        Heard first = occupy();
        Heard sick = render("a", ",\"num_inference_steps\":1");
        Heard well = render("b", ",\"num_inference_steps\":1,\"scheduler\":\"euler\"");
        device.pictures = decoded -> decoded.size() == 1 ? decoded : List.of(nan(decoded.get(0)), decoded.get(1));

        device.permits.release(1_000);
        first.pictures();

        assertThat(sick.failure()).isEqualTo(Failure.Code.NON_FINITE_OUTPUT);
        well.pictures();
    }

    @Test
    void fromItsSecondAttemptAJobSharesNoCall() throws InterruptedException {
        Heard first = occupy();
        Heard again = render("a", ",\"num_inference_steps\":1", 2);
        Heard other = render("b", ",\"num_inference_steps\":1");

        device.permits.release(3);
        first.pictures();
        again.pictures();
        other.pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 2, 2);
    }

    @Test
    void theMostUrgentIsServedFirst() throws InterruptedException {
        // What a call of the other size costs is known too: a guess may be so low that it goes first for being short.
        render("learn-other", ",\"num_inference_steps\":2,\"width\":192").pictures();
        Heard first = occupy();
        Heard bulk = render("bulk", ",\"num_inference_steps\":1,\"priority\":0,\"width\":192");
        Heard urgent = render("urgent", ",\"num_inference_steps\":1,\"priority\":8");

        device.permits.release(2);
        first.pictures();
        urgent.pictures();

        assertThat(bulk.ended()).isFalse();
        device.permits.release(1);
        bulk.pictures();
    }

    @Test
    void aJobStopsBetweenTwoStepsAndItsNeighbourGoesOn() throws InterruptedException {
        Heard first = occupy();
        Heard stopped = render("a", "");
        Heard neighbour = render("b", "");
        device.permits.release(1);
        first.pictures();
        await().until(() -> device.calls.size() == 2);

        engine.stop(job("{\"id\":\"a\",\"prompt\":\"x\"}", 1).key());
        device.permits.release(2);
        neighbour.pictures();

        assertThat(stopped.ended()).isFalse();
        assertThat(rowsOfCalls()).containsExactly(1, 4, 2);
    }

    @Test
    void aJobThatIsStoppedWhileItsPictureIsFetchedIsForgotten() throws InterruptedException {
        CountDownLatch fetching = new CountDownLatch(1);
        CountDownLatch fetched = new CountDownLatch(1);
        inputs = (field, at) -> {
            fetching.countDown();
            try {
                fetched.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new InputImage(new byte[3 * 128 * 128], 128, 128);
        };
        Heard stopped = render("a", ",\"image\":{\"key\":\"in.png\"}");
        fetching.await();

        engine.stop(job("{\"id\":\"a\",\"prompt\":\"x\"}", 1).key());
        render("b", "").pictures();
        fetched.countDown();
        beside.shutdown();
        assertThat(beside.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        engine.close();

        assertThat(stopped.news).isEmpty();
        assertThat(stopped.ended()).isFalse();
    }

    @Test
    void aFetchThatBreaksEndsTheJob() throws InterruptedException {
        inputs = (field, at) -> {
            throw never();
        };

        assertThat(render("a", ",\"image\":{\"key\":\"in.png\"}").failure()).isEqualTo(Failure.Code.INTERNAL);
    }

    @Test
    void aStoreThatIsDownWhileAPictureIsFetchedIsNoFaultOfTheJob() throws InterruptedException {
        inputs = (field, at) -> {
            throw new SurroundingsException("the store is down");
        };

        assertThat(render("a", ",\"image\":{\"key\":\"in.png\"}").end()).isInstanceOf(SurroundingsException.class);
    }

    @Test
    void latentsThatAreNotFiniteFailTheirJobAlone() throws InterruptedException {
        Heard first = occupy();
        Heard sick = render("a", ",\"num_inference_steps\":1,\"guidance_scale\":1");
        Heard well = render("b", ",\"num_inference_steps\":1,\"guidance_scale\":1");
        device.answer = inputs -> inputs.size() == 1 ? inputs : List.of(nan(inputs.get(0)), inputs.get(1));

        device.permits.release(2);
        first.pictures();

        assertThat(sick.failure()).isEqualTo(Failure.Code.NON_FINITE_OUTPUT);
        well.pictures();
    }

    @Test
    void pixelsThatAreNotFiniteAreNoBlackPicture() throws InterruptedException {
        device.pictures = decoded -> decoded.stream().map(EngineTest::nan).toList();

        assertThat(render("a", "").failure()).isEqualTo(Failure.Code.NON_FINITE_OUTPUT);
    }

    private static Tensor nan(Tensor like) {
        float[] data = like.data().clone();
        data[data.length / 2] = Float.NaN;
        return Tensor.of(data, like.shape());
    }

    @Test
    void outOfMemoryHalvesTheBatchUntilItFits() throws InterruptedException {
        learn();
        device.answer = inputs -> {
            if (inputs.size() > 2) {
                throw new DeviceMemoryException("full", new IllegalStateException());
            }
            return inputs;
        };

        render("a", ",\"num_inference_steps\":1,\"num_images_per_prompt\":4").pictures();

        assertThat(rowsOfCalls()).containsExactly(8, 4, 2, 2, 4, 2, 2);
    }

    @Test
    void aPicturesRowsThatDoNotFitTogetherAreEvaluatedOneByOne() throws InterruptedException {
        device.answer = inputs -> {
            if (inputs.size() > 1) {
                throw new DeviceMemoryException("full", new IllegalStateException());
            }
            return inputs;
        };

        render("a", ",\"num_inference_steps\":1").pictures();

        assertThat(rowsOfCalls()).containsExactly(2, 1, 1);
    }

    @Test
    void theJobFailsWhereNotEvenOneRowFits() throws InterruptedException {
        device.answer = inputs -> {
            if (inputs.get(0).dim(2) > 16) {
                throw new DeviceMemoryException("full", new IllegalStateException());
            }
            return inputs;
        };
        Heard large = render("a", ",\"width\":192,\"num_images_per_prompt\":2");
        Heard small = render("b", "");

        assertThat(large.failure()).isEqualTo(Failure.Code.OUT_OF_MEMORY);
        small.pictures();
        assertThat(large.ended()).as("told once").isFalse();
    }

    @Test
    void onlyTheJobToBlameFailsWithACallOfSeveral() throws InterruptedException {
        Heard first = occupy();
        Heard good = render("a", ",\"num_inference_steps\":1");
        Heard bad = render("b", ",\"num_inference_steps\":1,\"guidance_scale\":1");
        device.answer = inputs -> {
            if (inputs.size() % 2 == 1) {
                throw new DeviceException("a shape that the kernel does not take");
            }
            return inputs;
        };
        device.permits.release(1_000);

        assertThat(first.failure()).isEqualTo(Failure.Code.INTERNAL);
        good.pictures();
        assertThat(bad.failure()).isEqualTo(Failure.Code.INTERNAL);
        assertThat(broken).isNotDone();
    }

    @Test
    void aBrokenDeviceEndsNoJobAndNothingMoreIsTriedOnIt() throws Exception {
        engine.close();
        engine = engine(true);
        Heard first = occupy();
        Heard second = render("a", "");
        device.answer = inputs -> {
            throw new DeviceException("CUDA error 700");
        };
        device.permits.release(1_000);

        assertThat(broken.get(10, TimeUnit.SECONDS)).hasMessageContaining("700");
        await().until(() -> !engine.isAlive());
        assertThat(first.ended()).isFalse();
        assertThat(second.ended()).isFalse();
        assertThat(device.calls).hasSize(1);
    }

    @Test
    void aModelThatCannotBeLoadedIsNoFaultOfTheJobAndIsTriedAgain() throws InterruptedException {
        device.loading = new ModelUnavailableException("unet/model.onnx is truncated");
        assertThat(render("a", "").end()).isInstanceOf(SurroundingsException.class);
        device.loading = new DeviceMemoryException("no room for it", new IllegalStateException());
        assertThat(render("a", "").end()).isInstanceOf(SurroundingsException.class);
        device.loading = null;

        render("a", "").pictures();
    }

    @Test
    void aVaeThatCannotBeLoadedIsAFaultOfTheJobThatNamesIt() throws Exception {
        Path model = ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("copy"));
        ModelCopies.copy(model.resolve("vae_decoder"), model.resolve("vaes/other/vae_decoder"));
        device.loading = new VaeException("other", new ModelUnavailableException("model.onnx is truncated"));

        assertThat(render("a", ",\"vae\":\"other\"").end()).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.code()).isEqualTo(Failure.Code.INVALID_REQUEST);
            assertThat(failure.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.field()).isEqualTo("vae");
                assertThat(problem.message()).contains("\"other\"", "model.onnx is truncated");
            });
        });
    }

    @Test
    void aModelThatFindsNoRoomIsLoadedOnceThoseNotInUseAreClosed() throws Exception {
        ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("other"));
        render("a", ",\"model\":\"starter\"").pictures();
        assertThat(device.open).hasValue(1);
        device.most = 1;

        render("b", ",\"model\":\"other\"").pictures();

        assertThat(device.open).hasValue(1);
    }

    @Test
    void aDefaultModelThatCannotBeLoadedAtStartDoesNotEndTheThread() throws InterruptedException {
        device.loading = new DeviceMemoryException("no room for it", new IllegalStateException());

        engine.warm().join();

        assertThat(render("a", "").end()).isInstanceOf(SurroundingsException.class);
        assertThat(engine.isAlive()).isTrue();
        device.loading = null;
    }

    @Test
    void anIdleDeviceGivesItsMemoryBackOnce() throws InterruptedException {
        engine.close();
        engine = engine(false, Duration.ofMillis(1));

        render("a", "").pictures();
        await().until(() -> device.shrunk.get() == 1);
        render("b", "").pictures();
        await().until(() -> device.shrunk.get() == 2);
    }

    @Test
    void aModelThatIsNotThereFailsTheJob() throws InterruptedException {
        assertThat(render("a", ",\"model\":\"nope\"").failure()).isEqualTo(Failure.Code.UNKNOWN_MODEL);
    }
}
