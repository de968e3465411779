package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two devices that are worked by hand: which job goes where. */
class FleetTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private final HandRenderer first = new HandRenderer();
    private final HandRenderer second = new HandRenderer();
    private final Map<String, Double> loadingOnSecond = new HashMap<>();
    private final Fleet fleet = new Fleet(List.of(
            new Fleet.Member("cpu:0", first, 2, model -> 0),
            new Fleet.Member("cpu:1", second, 2, model -> loadingOnSecond.getOrDefault(model, 0.0))));

    private void give(String id, int steps) {
        give(id, steps, new Silent());
    }

    private void give(String id, int steps, Renderer.Listener listener) {
        fleet.render(job(id, steps), listener);
    }

    private static RenderJob job(String id, int steps) {
        Bytes json = Bytes.utf8("{\"id\":\"" + id + "\",\"model\":\"m\",\"num_inference_steps\":" + steps + "}");
        IncomingRecord record = new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of());
        if (PARSER.parse(record) instanceof ParsedRequest.Valid valid) {
            return new RenderJob(valid.key(), valid.request(), 1);
        }
        throw new AssertionError(PARSER.parse(record));
    }

    private static List<String> ids(HandRenderer of) {
        return of.given.stream().map(g -> g.job().key().id()).toList();
    }

    @Test
    void aJobGoesToTheDeviceThatHasTheLeastLeftToDo() {
        give("long", 50);
        give("short", 4);
        give("next", 10);

        assertThat(ids(first)).containsExactly("long");
        assertThat(ids(second)).containsExactly("short", "next");
    }

    @Test
    void whatAJobHasDoneIsNotLeftToDo() throws InterruptedException {
        give("long", 50);
        give("short", 4);
        first.next().listener().progress(new Renderer.Step("denoise", 49, 50, 1, 100, null));

        give("next", 10);

        assertThat(ids(first)).containsExactly("next");
    }

    @Test
    void aDeviceThatHasNoRoomGetsNoneHoweverLittleItHasLeftToDo() {
        give("long", 50);
        give("a", 1);
        give("b", 1);
        give("c", 1);

        assertThat(fleet.room()).isEqualTo(4);
        assertThat(ids(first)).containsExactly("long", "c");
        assertThat(ids(second)).containsExactly("a", "b");
    }

    @Test
    void theTimeThatAModelTakesToLoadCountsWhereItIsNotLoaded() {
        loadingOnSecond.put("m", 60_000.0);
        give("a", 4);
        give("b", 4);

        assertThat(ids(first)).containsExactly("a", "b");
    }

    @Test
    void aModelThatADeviceNeverHadIsThoughtToTakeAsLongAsElsewhere() {
        Fleet other = new Fleet(List.of(
                new Fleet.Member("cuda:0", first, 2, model -> Double.NaN),
                new Fleet.Member("cuda:1", second, 2, model -> 0),
                new Fleet.Member("cuda:2", new HandRenderer(), 2, model -> 30_000)));

        other.render(job("a", 4), new Silent());
        other.render(job("b", 4), new Silent());

        assertThat(ids(second)).containsExactly("a", "b");
    }

    @Test
    void whateverEndsAJobMakesRoom() throws InterruptedException {
        List<Consumer<Renderer.Listener>> ends = List.of(
                l -> l.finished(HandRenderer.rendered("picture")),
                l -> l.failed(new Failure(Failure.Code.INTERNAL, "x")),
                l -> l.faulted(new SurroundingsException("x")),
                l -> l.saved(null),
                l -> l.unusable(true));
        for (Consumer<Renderer.Listener> end : ends) {
            Silent listener = new Silent();
            give("a", 4, listener);
            assertThat(fleet.on("cpu:0")).containsExactly(new JobKey("a", 0));

            end.accept(first.next().listener());

            assertThat(fleet.on("cpu:0")).isEmpty();
            assertThat(listener.ends).isEqualTo(1);
        }
        give("a", 4);
        fleet.stop(new JobKey("a", 0));

        assertThat(fleet.on("cpu:0")).isEmpty();
        assertThat(first.stopped).containsExactly(new JobKey("a", 0));
    }

    /** Counts how often its job has ended. */
    private static final class Silent implements Renderer.Listener {
        int ends;

        @Override
        public void started(String model, int steps) {}

        @Override
        public void progress(Renderer.Step step) {}

        @Override
        public void unusable(boolean wholeAttempt) {
            ends++;
        }

        @Override
        public void saved(@Nullable Checkpoint checkpoint) {
            ends++;
        }

        @Override
        public void finished(Rendered rendered) {
            ends++;
        }

        @Override
        public void failed(Failure failure) {
            ends++;
        }

        @Override
        public void faulted(SurroundingsException cause) {
            ends++;
        }
    }
}
