package io.darkroom.engine;

import io.darkroom.job.RenderJob;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Renderer;
import io.darkroom.model.Denoiser;
import io.darkroom.model.Lease;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Sampling;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One job on the device: its model in use, its pictures under way, and what it has cost. Owned by the device's thread. */
final class Flight implements AutoCloseable {
    /** The most urgent first: by priority, then by deadline, then in order of arrival. */
    static final Comparator<Flight> BY_URGENCY = Comparator.comparing(flight -> flight.work, Work.BY_URGENCY);

    /**
     * What a flight is about, before it has started.
     *
     * @param input the pictures that the job starts from
     * @param deadline when it is of no use any more, in nanoseconds of the engine's clock; {@link #NEVER} where that is
     *     far off
     * @param arrival counts up with each job that the device is given
     */
    record Work(RenderJob job, Inputs input, Renderer.Listener listener, long deadline, long arrival) {
        static final long NEVER = Long.MAX_VALUE;

        /** As the jobs that are under way. */
        static final Comparator<Work> BY_URGENCY = Comparator.comparingInt(
                        (Work work) -> -work.job().request().priority())
                .thenComparingLong(Work::deadline)
                .thenComparingLong(Work::arrival);

        /** The same with the request as its model completes it. */
        Work of(RenderRequest completed) {
            RenderJob same = new RenderJob(job.key(), completed, job.attempt(), job.alone(), job.checkpoint());
            return new Work(same, input, listener, deadline, arrival);
        }
    }

    /** What a picture wants evaluated next: its rows, and what they are like. */
    record Wanted(List<Denoiser.Row> rows, Shape shape) {}

    /** One picture of the job: under way, then latents, then pixels. */
    static final class Picture {
        /** Which of the job's pictures it is. */
        final int number;
        /** Which of the job's plans it follows. */
        final int plan;
        /** Which of that plan's pictures it is. */
        final int index;

        final Sampling sampling;

        /** Whether its pixels are on their way to a file. */
        boolean decoded;

        /** Its step when the listener was last told of it. */
        int toldStep;

        /** What it wants evaluated next, made once for each evaluation. */
        private @Nullable Wanted wanted;
        /** What it wanted before. */
        private @Nullable Wanted before;
        /** What its call of the decoder is like. */
        private @Nullable Shape decoding;

        Picture(int number, int plan, int index, Sampling sampling) {
            this.number = number;
            this.plan = plan;
            this.index = index;
            this.sampling = sampling;
        }

        Wanted wanted(Pipeline pipeline) {
            Wanted known = wanted;
            if (known == null) {
                List<Denoiser.Row> rows = sampling.rows();
                known = new Wanted(rows, shape(pipeline, rows.get(0)));
                wanted = known;
                before = known;
            }
            return known;
        }

        /** As a rule that of the evaluation before. */
        private Shape shape(Pipeline pipeline, Denoiser.Row row) {
            Wanted last = before;
            return last != null && Shape.alike(last.rows().get(0), row) ? last.shape() : Shape.of(pipeline, row);
        }

        void advance(List<Tensor> outputs) {
            wanted = null;
            sampling.advance(outputs);
        }

        /** Sampled, and waiting for the decoder. */
        boolean decodable() {
            return sampling.done() && !decoded;
        }
    }

    final Work work;
    final Pipeline pipeline;
    /** One; of a sweep one for each combination, in order. */
    final List<Plan> plans;

    final PhaseClock clock = new PhaseClock();
    /** When it came to the device, in nanoseconds of the engine's clock. */
    final long since;
    /** Device milliseconds of earlier attempts in the checkpoint that it goes on from, by attempt. */
    final Map<Integer, Double> keptMs = new TreeMap<>();
    /** The step at which it went on from a checkpoint; 0 where it began at the beginning. */
    int resumedStep;
    /** Of its last step: an inversion has several. */
    String phase = "denoise";
    /** Its device time when its last checkpoint was made. */
    double checkpointedMs;

    private final Lease<Pipeline> lease;
    private List<Picture> pictures = List.of();
    private @Nullable PictureFiles files;

    Flight(Work work, Lease<Pipeline> lease, List<Plan> plans, long since) {
        this.since = since;
        this.work = work;
        this.lease = lease;
        this.pipeline = lease.model();
        this.plans = plans;
    }

    /** @param samplings the pictures of each plan */
    void begun(List<List<Sampling>> samplings) {
        List<Picture> begun = new ArrayList<>();
        for (int plan = 0; plan < samplings.size(); plan++) {
            for (int i = 0; i < samplings.get(plan).size(); i++) {
                begun.add(new Picture(begun.size(), plan, i, samplings.get(plan).get(i)));
            }
        }
        pictures = List.copyOf(begun);
    }

    /**
     * The files of its pictures, which have begun.
     *
     * @param encoding where files are made
     */
    PictureFiles files(Executor encoding) {
        PictureFiles own = files;
        if (own == null) {
            own = PictureFiles.of(this, encoding);
            files = own;
        }
        return own;
    }

    List<Picture> pictures() {
        return pictures;
    }

    /** The pictures that wait for the denoiser. */
    List<Picture> sampling() {
        return pictures.stream().filter(p -> !p.sampling.done()).toList();
    }

    /** Asks for the rows that its pictures want next, where they are not known yet. */
    void want() {
        sampling().forEach(p -> p.wanted(pipeline));
    }

    /** What the call of the decoder that one of its pictures takes is like. */
    Shape decoding(Picture picture) {
        Shape known = picture.decoding;
        if (known == null) {
            Plan plan = plans.get(picture.plan);
            known = Shape.decoding(pipeline, plan.width(), plan.height());
            picture.decoding = known;
        }
        return known;
    }

    /** The pictures that wait for the decoder. */
    List<Picture> decodable() {
        return pictures.stream().filter(Picture::decodable).toList();
    }

    boolean finished() {
        return pictures.stream().allMatch(p -> p.decoded);
    }

    /** Whether it shares no call with others, so that a job that kills its worker kills it alone. */
    boolean alone() {
        return work.job().alone();
    }

    /** As {@link #steps}, also before any picture has begun. */
    int plannedSteps() {
        return plans.stream().mapToInt(plan -> plan.steps() * plan.pictures()).sum();
    }

    /** Steps made, of all pictures together. */
    int step() {
        return pictures.stream().mapToInt(p -> p.sampling.step()).sum();
    }

    int steps() {
        return pictures.stream().mapToInt(p -> p.sampling.steps()).sum();
    }

    /** What one evaluation of one picture is worth: its part of the job, twice as much for each level of priority. */
    double worth() {
        return Math.scalb(1.0, work.job().request().priority()) / Math.max(1, steps());
    }

    /** Gives the model back. */
    @Override
    public void close() {
        lease.close();
    }
}
