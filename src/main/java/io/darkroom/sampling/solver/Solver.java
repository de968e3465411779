package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.sampling.Done;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.sampling.Start;
import io.darkroom.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What all samplers share: a grid, the meaning of the model's output, and how a run begins and ends. */
abstract class Solver implements Sampler {
    final Grid grid;
    final Prediction prediction;
    final Limit limit;

    Solver(Grid grid, Prediction prediction, Limit limit) {
        this.grid = grid;
        this.prediction = prediction;
        this.limit = limit;
    }

    /** Where on the path the sample is at an index into the timesteps. */
    abstract Point point(int index);

    /** The memory of a run that has not made a step. */
    Pending.Memory fresh() {
        return Nothing.NOTHING;
    }

    /** What the model's input is scaled by at an index, given what has been remembered. */
    double inputScale(int index, Pending.Memory memory) {
        return 1;
    }

    /** The estimate of x0 from the model's output at a point. */
    final Tensor x0(Tensor sample, Tensor output, Point at) {
        return limit.apply(prediction.x0(sample, output, at));
    }

    /** Epsilon from the model's output at a point. */
    final Tensor epsilon(Tensor sample, Tensor output, Point at) {
        return prediction.epsilon(sample, output, at);
    }

    /** The run at its next index: waiting for the model, or at the end. */
    final Progress at(int index, Tensor sample, @Nullable Tensor estimate, Pending.Memory memory) {
        if (index >= grid.evaluations()) {
            return new Done(sample);
        }
        return Pending.of(sample, inputScale(index, memory), grid.timesteps()[index], index, estimate, memory);
    }

    @Override
    public Progress begin(Start start) {
        if (start instanceof Start.Noise noise) {
            return at(
                    0,
                    grid.initNoiseSigma() == 1 ? noise.unit() : combine(grid.initNoiseSigma(), noise.unit()),
                    null,
                    fresh());
        }
        Start.At from = (Start.At) start;
        if (from.index() < 0 || from.index() > grid.evaluations()) {
            throw new IndexOutOfBoundsException("index " + from.index() + " is not within 0 to " + grid.evaluations());
        }
        return at(from.index(), from.sample(), null, fresh());
    }

    @Override
    public Tensor noised(Tensor x0, Tensor noise, int index) {
        if (index >= grid.evaluations()) {
            return x0;
        }
        Point p = point(index);
        return combine(p.alpha(), x0, p.sigma(), noise);
    }

    /** How many timesteps the solver has a table for; what interpolates between noise levels takes any. */
    int timestepsKnown() {
        return Integer.MAX_VALUE;
    }

    @Override
    public @Nullable String obstacle(int index) {
        return Obstacles.of(this, index);
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return Nothing.NOTHING;
    }

    @Override
    public int evaluations() {
        return grid.evaluations();
    }

    @Override
    public double[] timesteps() {
        return grid.timesteps().clone();
    }

    @Override
    public double[] sigmas() {
        return grid.sigmas().clone();
    }

    @Override
    public int steps() {
        return grid.steps();
    }

    @Override
    public int order() {
        return grid.order();
    }

    @Override
    public double initNoiseSigma() {
        return grid.initNoiseSigma();
    }
}
