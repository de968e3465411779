package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** A device that is worked by hand, and seems to be broken. */
class SelfTestedTest {
    private static final Failure INTERNAL = new Failure(Failure.Code.INTERNAL, "the device: no");
    private static final Failure BLACK = new Failure(Failure.Code.NON_FINITE_OUTPUT, "NaN");

    private final HandRenderer device = new HandRenderer();
    private final List<Throwable> broken = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final SelfTested tested =
            new SelfTested("cpu", device, model -> Optional.of(request("plain", model)), broken::add);

    private static RenderRequest request(String id, @org.jspecify.annotations.Nullable String model) {
        String named = model == null ? "" : ",\"model\":\"" + model + "\"";
        Bytes json = Bytes.utf8("{\"id\":\"" + id + "\",\"prompt\":\"a\"" + named + "}");
        IncomingRecord record = new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of());
        return ((ParsedRequest.Valid) new RequestParser(Limits.DEFAULTS, RequestCheck.none()).parse(record)).request();
    }

    private Renderer.Listener give(String id) throws InterruptedException {
        RenderRequest request = request(id, "m");
        tested.render(new RenderJob(request.key(), request, 1), new Renderer.Listener() {
            @Override
            public void started(String model, int steps) {}

            @Override
            public void progress(Renderer.Step step) {}

            @Override
            public void finished(Rendered rendered) {
                told.add(id + " finished");
            }

            @Override
            public void failed(Failure failure) {
                told.add(id + " failed");
            }

            @Override
            public void faulted(SurroundingsException cause) {
                told.add(id + " faulted");
            }
        });
        return device.next().listener();
    }

    /** As after its first picture. */
    private void prove() throws InterruptedException {
        give("first").finished(HandRenderer.rendered("picture"));
        told.remove("first finished");
    }

    private HandRenderer.Given failThreeTimes() throws InterruptedException {
        prove();
        give("a").failed(INTERNAL);
        give("b").failed(BLACK);
        give("c").failed(INTERNAL);
        return device.next();
    }

    @Test
    void theThirdFailureInARowIsToldOnceTheDeviceHasPassedATestWithTheSameModel() throws InterruptedException {
        HandRenderer.Given test = failThreeTimes();
        assertThat(told).containsExactly("a failed", "b failed");
        assertThat(test.job().request().model()).isEqualTo("m");

        test.finish("plain");

        assertThat(told).containsExactly("a failed", "b failed", "c failed");
        assertThat(broken).isEmpty();
    }

    @Test
    void noJobIsFailedByADeviceThatDoesNotPass() throws InterruptedException {
        Renderer.Listener besides = give("besides");
        Renderer.Listener later = give("later");
        HandRenderer.Given test = failThreeTimes();
        besides.failed(BLACK);

        test.listener().failed(BLACK);
        later.failed(INTERNAL);

        assertThat(told).containsExactly("a failed", "b failed", "c faulted", "besides faulted", "later faulted");
        assertThat(broken).singleElement().asString().contains("self-test").contains("NaN");
    }

    /** A process that is started again and again must not fail some jobs each time. */
    @Test
    void beforeItsFirstPictureTheFirstFailureIsToldOnceTheDeviceHasPassed() throws InterruptedException {
        give("a").failed(BLACK);
        assertThat(told).isEmpty();

        device.next().finish("plain");
        assertThat(told).containsExactly("a failed");

        give("b").failed(BLACK);
        assertThat(told).containsExactly("a failed", "b failed");
    }

    @Test
    void aDeviceThatHasMadeNoPictureFailsNoJob() throws InterruptedException {
        give("a").failed(BLACK);

        device.next().listener().failed(BLACK);

        assertThat(told).containsExactly("a faulted");
        assertThat(broken).hasSize(1);
    }

    @Test
    void aPictureBetweenThemShowsThatTheDeviceIsWell() throws InterruptedException {
        prove();
        give("a").failed(INTERNAL);
        give("b").failed(INTERNAL);
        give("good").finished(HandRenderer.rendered("picture"));
        give("c").failed(INTERNAL);
        give("d").failed(INTERNAL);

        assertThat(told).containsExactly("a failed", "b failed", "good finished", "c failed", "d failed");
        assertThat(device.given).isEmpty();
    }

    @Test
    void textOfADevicesFailureMakesNoLineOfItsOwn() throws InterruptedException {
        try (LogLines log = new LogLines(SelfTested.class.getName())) {
            give("a").failed(new Failure(Failure.Code.INTERNAL, "no\n12:00:00 INFO  all is well"));
            device.next().listener().failed(new Failure(Failure.Code.OUT_OF_MEMORY, "no\r12:00:00 INFO  all is well"));

            assertThat(log.atLeast(Level.WARNING))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains("all is well").doesNotContainPattern("\\p{Cntrl}"));
        }
    }

    @Test
    void whatIsTheRequestsOwnFaultSaysNothingOfTheDevice() throws InterruptedException {
        for (String id : List.of("a", "b", "c", "d")) {
            give(id).failed(new Failure(Failure.Code.OUT_OF_MEMORY, "too large"));
        }

        assertThat(told).hasSize(4);
        assertThat(device.given).isEmpty();
    }

    @Test
    void aModelThatCannotBeReadAnyMoreFailsNoJob() throws InterruptedException {
        HandRenderer.Given test = failThreeTimes();

        test.listener().faulted(new SurroundingsException("unet/model.onnx is gone"));

        assertThat(told).containsExactly("a failed", "b failed", "c faulted");
        assertThat(broken).isEmpty();
        give("d").failed(INTERNAL);
        assertThat(told).contains("d failed");
    }
}
