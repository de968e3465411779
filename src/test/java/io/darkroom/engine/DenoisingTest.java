package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.Lease;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Families;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.TestModels;
import io.darkroom.pipeline.TorchNoise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of a device that is moved by hand, and what is learnt from them. */
class DenoisingTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private final HandDevice device = new HandDevice();
    private final CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
    private final Flights flights = new Flights(
            false,
            cause -> {
                throw new AssertionError(cause);
            },
            () -> 0);
    private final BatchSizes sizes = new BatchSizes(8, Memory.UNKNOWN);
    private final Pipeline pipeline =
            Families.planner(BuiltInModels.starter()).open(device, new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));

    private Denoising denoising(Path noModels) {
        device.listener = meter;
        Room room = new Room(flights, TestModels.starter(noModels, device), sizes);
        return new Denoising(
                flights,
                sizes,
                room,
                meter,
                new Checkpoints("cpu", Runnable::run, Duration.ZERO),
                new Previews("hand", flights, sizes, meter));
    }

    private Flight flight() {
        ParsedRequest.Valid valid = (ParsedRequest.Valid) PARSER.parse(new IncomingRecord(
                new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8("{\"id\":\"a\"}"), List.of()));
        Lease<Pipeline> lease = new Lease<>() {
            @Override
            public Pipeline model() {
                return pipeline;
            }

            @Override
            public void close() {}
        };
        Plan plan = pipeline.plan(Arguments.builder()
                .prompt("x")
                .seed(1L)
                .numInferenceSteps(2)
                .guidanceScale(7.5)
                .build());
        Flight flight = new Flight(
                new Flight.Work(
                        new RenderJob(valid.key(), valid.request(), 1), Inputs.NONE, new Heard(), Flight.Work.NEVER, 0),
                lease,
                List.of(plan),
                0);
        flight.begun(pipeline.begin(List.of(plan)));
        flights.add(flight);
        return flight;
    }

    @Test
    void rowsThatAreEvaluatedOneByOneTellWhatOneRowCosts(@TempDir Path noModels) {
        device.answer = inputs -> {
            if (inputs.size() > 1) {
                throw new DeviceMemoryException("full", new IllegalStateException());
            }
            return inputs;
        };
        Flight flight = flight();
        Batch batch = Batch.around(List.of(flight));

        denoising(noModels).sample(batch);

        assertThat(device.calls.stream().map(List::size)).containsExactly(2, 1, 1);
        // Costs are kept as logarithms.
        assertThat(sizes.nanos(batch.shape(), 1)).isCloseTo(1_001_000.0, withPercentage(1e-9));
        assertThat(flight.clock.deviceMs()).isEqualTo(2.002);
    }
}
