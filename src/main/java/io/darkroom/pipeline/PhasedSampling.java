package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.noise.NoiseSource;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.sampling.Done;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedState;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.GuidanceState;
import io.darkroom.sampling.guidance.Guided;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A picture that goes through phases, one after another. Guidance and sampler are immutable; what moves on is which
 * phase it is in, the {@link Progress} there, the guidance's state, and the noise generator.
 */
final class PhasedSampling implements Sampling {
    private final long seed;
    private final List<Phase> phases;
    private final Function<List<Tensor>, Map<String, Double>> measure;
    private final List<Tensor> ends = new ArrayList<>();

    private NoiseSource noise;
    private Progress progress;
    private GuidanceState guidance;
    private int stepOfPhase;
    private int step;
    private @Nullable Tensor estimate;

    /**
     * @param phases at least one
     * @param noise the picture's generator, which has made the draws before the first phase
     * @param measure what to report, from the latents at the end of each phase
     */
    PhasedSampling(
            long seed, List<Phase> phases, NoiseSource noise, Function<List<Tensor>, Map<String, Double>> measure) {
        this.seed = seed;
        this.phases = List.copyOf(phases);
        this.noise = noise;
        this.measure = measure;
        Phase first = phases.get(0);
        this.progress = first.sampler().begin(first.start().apply(List.of()));
        this.guidance = first.guidance().begin();
        finishPhases();
    }

    private Phase current() {
        return phases.get(Math.min(ends.size(), phases.size() - 1));
    }

    /** Goes on to the next phase as long as the current one is over; a phase may have nothing to do. */
    private void finishPhases() {
        while (progress instanceof Done over && ends.size() < phases.size()) {
            ends.add(over.latents());
            if (ends.size() < phases.size()) {
                Phase next = phases.get(ends.size());
                progress = next.sampler().begin(next.start().apply(List.copyOf(ends)));
                guidance = next.guidance().begin();
                stepOfPhase = 0;
            }
        }
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public List<Denoiser.Row> rows() {
        if (!(progress instanceof Pending pending)) {
            return List.of();
        }
        Phase phase = current();
        List<Denoiser.Row> rows = new ArrayList<>(2);
        for (Branch branch : phase.guidance().branches(stepOfPhase, phase.evaluations())) {
            Conditioning conditioning =
                    Objects.requireNonNull(phase.conditioning().get(branch));
            Steering steering = phase.steering();
            rows.add(new Denoiser.Row(
                    phase.wiring().input(pending.input()),
                    phase.wiring().time(pending.time()),
                    conditioning,
                    steering == null ? null : steering.at(stepOfPhase, phase.evaluations(), branch)));
        }
        return rows;
    }

    @Override
    public void advance(List<Tensor> outputs) {
        if (!(progress instanceof Pending pending)) {
            throw new IllegalStateException("the picture is done");
        }
        Phase phase = current();
        Guided guided = guided(pending, outputs);
        guidance = guided.state();
        progress = phase.after().apply(phase.sampler().advance(pending, guided.prediction(), noise));
        step++;
        stepOfPhase++;
        // A phase may end in noise, as an inversion does: then what was last thought of the picture stays.
        if (progress instanceof Pending next) {
            estimate = next.estimate();
        } else if (ends.size() + 1 == phases.size()) {
            estimate = ((Done) progress).latents();
        }
        finishPhases();
    }

    @Override
    public SavedPicture save() {
        Pending pending = progress instanceof Pending p ? p : null;
        return SavedSampling.of(step, stepOfPhase, ends, pending, guidance, noise)
                .written();
    }

    @Override
    public void restore(SavedPicture picture) {
        if (!(noise instanceof TorchGenerator fresh)) {
            throw new IllegalArgumentException("this picture's noise cannot be taken up: " + noise.getClass());
        }
        SavedSampling saved = SavedSampling.read(picture, fresh.position());
        SavedState state = saved.state();
        if (saved.ends().size() > phases.size() || (saved.ends().size() == phases.size()) != (state == null)) {
            throw new IllegalArgumentException(
                    "what was saved had other phases: " + saved.ends().size() + " done of " + phases.size());
        }
        NoiseSource resumed = TorchGenerator.at(saved.noise());
        progress = state == null
                ? new Done(saved.ends().get(phases.size() - 1))
                : state.restore(phases.get(saved.ends().size()).sampler());
        ends.clear();
        ends.addAll(saved.ends());
        guidance = saved.guidance();
        step = saved.step();
        stepOfPhase = saved.stepOfPhase();
        noise = resumed;
        estimate = progress instanceof Pending next ? next.estimate() : ((Done) progress).latents();
    }

    private Guided guided(Pending pending, List<Tensor> outputs) {
        Phase phase = current();
        List<Tensor> predictions = outputs.stream()
                .map(o -> phase.wiring().prediction(o, pending.input()))
                .toList();
        return phase.guidance().apply(guidance, stepOfPhase, phase.evaluations(), predictions);
    }

    /** The prediction that guidance makes of the outputs, without moving on. */
    Tensor guided(List<Tensor> outputs) {
        return guided((Pending) progress, outputs).prediction();
    }

    @Override
    public boolean done() {
        return ends.size() == phases.size();
    }

    @Override
    public Tensor latents() {
        if (!done()) {
            throw new IllegalStateException("the picture is at step " + step + " of " + steps());
        }
        return ends.get(ends.size() - 1);
    }

    /** The latents with which each finished phase ended. */
    List<Tensor> ends() {
        return List.copyOf(ends);
    }

    /** The sample as it is now, unscaled; the finished latents when done. */
    Tensor sample() {
        return progress instanceof Pending pending ? pending.sample() : ((Done) progress).latents();
    }

    @Override
    public @Nullable Tensor estimate() {
        return estimate;
    }

    @Override
    public String phase() {
        return current().name();
    }

    @Override
    public int step() {
        return step;
    }

    @Override
    public int steps() {
        return phases.stream().mapToInt(Phase::evaluations).sum();
    }

    @Override
    public Map<String, Double> measurements() {
        return done() ? measure.apply(List.copyOf(ends)) : Map.of();
    }
}
