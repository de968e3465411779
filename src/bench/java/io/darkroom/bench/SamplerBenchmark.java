package io.darkroom.bench;

import io.darkroom.noise.NoiseSource;
import io.darkroom.noise.TorchCpuGenerator;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.Schedulers;
import io.darkroom.sampling.Start;
import io.darkroom.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A step in the middle of a run, with its history, beside a plain copy of the same latents. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseParallelGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {
    /** The sampler, or a copy. */
    @Param({"copy", "ddim", "euler", "dpmpp_2m", "unipc"})
    public String name = "copy";

    /** Channels x height x width. */
    @Param({"4x64x64", "16x128x128"})
    public String latents = "4x64x64";

    private Sampler sampler = sampler("ddim");
    private Tensor output = Tensor.zeros(1);
    private Pending pending = Pending.of(output, 1, 0, 0, null, () -> SavedMemory.NONE);
    private NoiseSource noise = shape -> Tensor.zeros(shape);

    private static Sampler sampler(String name) {
        Map<String, Object> file = Map.of(
                "beta_start", 0.00085, "beta_end", 0.012, "beta_schedule", "scaled_linear", "clip_sample", false);
        return Schedulers.create(SchedulerConfig.named(file, name), ScheduleRequest.ofSteps(20));
    }

    /** Goes to the fifth evaluation, so that the history is full. */
    @Setup(Level.Trial)
    public void goToTheMiddle() {
        String[] sizes = latents.split("x", -1);
        int[] shape = {Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2])};
        TorchCpuGenerator generator = new TorchCpuGenerator(1);
        sampler = sampler(name.equals("copy") ? "ddim" : name);
        output = generator.next(shape);
        Progress progress = sampler.begin(new Start.Noise(generator.next(shape)));
        for (int i = 0; i < 5; i++) {
            progress = sampler.advance((Pending) progress, output, noise);
        }
        pending = (Pending) progress;
    }

    /** One step, or one copy. */
    @Benchmark
    public Object step() {
        return name.equals("copy") ? pending.sample().data().clone() : sampler.advance(pending, output, noise);
    }
}
