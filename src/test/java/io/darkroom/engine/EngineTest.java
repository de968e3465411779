package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.model.BuiltInModels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest extends EngineFixture {
    EngineTest(@TempDir Path noModels) {
        super(noModels);
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
}
