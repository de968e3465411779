package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.goldens.SafetensorsFile;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.Failure;
import io.darkroom.job.RenderJob;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.LoraException;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.VaeException;
import io.darkroom.pipeline.InputImage;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What breaks: pictures that cannot be fetched, models, memory, a device, values that are not finite. */
class EngineFaultsTest extends EngineFixture {
    EngineFaultsTest(@TempDir Path noModels) {
        super(noModels);
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
    void aLoraThatDoesNotFitIsAFaultOfItsJob() throws Exception {
        Path model = ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("copy"));
        new SafetensorsFile().lora("unet.somewhere.else", 2, 4, 4).write(model.resolve("loras/a.safetensors"));
        device.loading = LoraException.unfitting("a", "changes nothing");

        assertThat(render("a", ",\"loras\":[{\"name\":\"a\"}]").failure()).isEqualTo(Failure.Code.INVALID_REQUEST);
        device.loading = null;
        render("b", "").pictures();
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
        device.pictures = decoded -> decoded.stream().map(EngineFaultsTest::nan).toList();

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

        render("a", "").pictures();

        assertThat(rowsOfCalls())
                .as("what does not fit is not tried at each step")
                .containsExactly(2, 1, 1, 1, 1);
    }

    /** From now on there is room for calls only where no model but the job's own is loaded. */
    private void loadAnother() throws Exception {
        ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("other"));
        render("learn", ",\"model\":\"starter\",\"guidance_scale\":1").pictures();
        render("other", ",\"model\":\"other\"").pictures();
        assertThat(device.open).hasValue(2);
        device.calls.clear();
        device.decoderCalls.clear();
    }

    private void requireRoom() {
        if (device.open.get() > 1) {
            throw new DeviceMemoryException("full", new IllegalStateException());
        }
    }

    @Test
    void aRowThatFindsNoRoomIsTriedAgainOnceIdleModelsAreClosed() throws Exception {
        loadAnother();
        device.answer = inputs -> {
            requireRoom();
            return inputs;
        };

        render("a", ",\"model\":\"starter\",\"guidance_scale\":1").pictures();

        assertThat(rowsOfCalls()).containsExactly(1, 1, 1);
        assertThat(device.open).hasValue(1);
        assertThat(device.shrunk).as("times that memory was given back").hasValue(1);
    }

    @Test
    void aPictureThatFindsNoRoomInTheDecoderIsTriedAgainOnceIdleModelsAreClosed() throws Exception {
        loadAnother();
        device.pictures = pixels -> {
            requireRoom();
            return pixels;
        };

        render("a", ",\"model\":\"starter\",\"guidance_scale\":1").pictures();

        assertThat(device.decoderCalls).containsExactly(1, 1);
        assertThat(device.open).hasValue(1);
    }

    @Test
    void textsThatFindNoRoomAreEncodedAgainOnceIdleModelsAreClosed() throws Exception {
        loadAnother();
        device.textCalls.clear();
        device.encoding = texts -> requireRoom();

        render("a", ",\"model\":\"starter\",\"negative_prompt\":\"new\"").pictures();

        assertThat(device.textCalls).hasSize(2);
        assertThat(device.open).hasValue(1);
    }

    @Test
    void aRowThatDoesNotFitEvenSoIsTriedOnceMoreAndNoMore() throws InterruptedException {
        device.answer = inputs -> {
            throw new DeviceMemoryException("full", new IllegalStateException());
        };

        assertThat(render("a", ",\"guidance_scale\":1").end()).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.code()).isEqualTo(Failure.Code.OUT_OF_MEMORY);
            assertThat(failure.message()).contains("full", "not even alone", "1 row of");
        });
        assertThat(rowsOfCalls()).containsExactly(1, 1);
    }

    /** The files of a model are gigabytes, and their digest is what a checkpoint is compared with. */
    @Test
    void otherJobsGoOnWhileTheDigestOfAJobThatIsTakenUpAgainIsRead() throws Exception {
        ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("copy"));
        String fields = ",\"model\":\"copy\",\"guidance_scale\":1,\"num_inference_steps\":4";
        device.hold();
        Heard first = render("a", fields);
        device.permits.release();
        await().until(() -> device.calls.size() == 2);
        RenderJob again = job("{\"id\":\"a\",\"prompt\":\"x\"" + fields + "}", 2);
        engine.save(again.key());
        device.permits.release(1_000);
        Checkpoint left = first.nextSaved().orElseThrow();
        engine.close();
        engine = engine(false);
        ModelFolder folder = models.planner("copy").description().folder();

        Heard resumed = new Heard();
        synchronized (folder) {
            engine.render(
                    new RenderJob(
                            again.key(),
                            again.request(),
                            2,
                            false,
                            new Checkpoint.Stored(new CheckpointName(1, left.step()), left.content())),
                    resumed);
            render("b", ",\"model\":\"starter\"").pictures();
        }

        resumed.pictures();
        assertThat(resumed.resumed).hasSize(1);
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
    void aJobWhoseModelFindsNoRoomBesideThoseInUseWaitsForThem() throws Exception {
        ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("other"));
        device.most = 1;
        Heard first = occupy();
        Heard crowdedOut = render("b", ",\"model\":\"starter\"");
        Heard ofTheOneInUse = render("c", "");

        device.permits.release(1_000);

        first.pictures();
        ofTheOneInUse.pictures();
        crowdedOut.pictures();
    }

    @Test
    void whoseModelHasWaitedForRoomIsNoLongerOvertakenByMoreUrgentOnes() throws Exception {
        ModelCopies.copy(BuiltInModels.starter().root(), noModels.resolve("other"));
        device.most = 1;
        Heard first = occupy();
        Heard crowdedOut = render("b", ",\"model\":\"starter\",\"num_inference_steps\":1");
        Heard ahead = render("c", ",\"num_inference_steps\":1,\"priority\":9");
        device.permits.release(1);
        await().until(() -> device.calls.size() == 2);
        skipped.set(TimeUnit.MINUTES.toNanos(1));

        Heard later = render("d", ",\"num_inference_steps\":1,\"priority\":9");
        device.permits.release(2);

        first.pictures();
        ahead.pictures();
        crowdedOut.pictures();
        assertThat(later.ended()).isFalse();
        device.permits.release(1);
        later.pictures();
    }

    @Test
    void aModelLargerThanTheDeviceFailsItsJobWithTheFigures() throws InterruptedException {
        engine.close();
        engine = engine(false, Duration.ofMinutes(5), new Memory() {
            @Override
            public OptionalLong free() {
                return OptionalLong.of(1 << 20);
            }

            @Override
            public OptionalLong limit() {
                return OptionalLong.of(2 << 20);
            }
        });

        assertThat(render("a", "").end()).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.code()).isEqualTo(Failure.Code.OUT_OF_MEMORY);
            assertThat(failure.message()).contains("\"starter\" takes about", "free on the device: 1 of 2 MiB");
        });
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
        assertThat(render("a", ",\"model\":\"nope\"").end())
                .isInstanceOfSatisfying(Failure.class, failure -> assertThat(failure.problems())
                        .singleElement()
                        .satisfies(problem -> {
                            assertThat(problem.field()).isEqualTo("model");
                            assertThat(problem.code()).isEqualTo(Failure.Code.UNKNOWN_MODEL);
                        }));
    }
}
