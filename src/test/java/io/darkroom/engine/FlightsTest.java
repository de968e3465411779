package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.Lease;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Families;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Sampling;
import io.darkroom.tensor.Tensor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Jobs whose samplers answer, or throw, when they are asked what they want next. */
class FlightsTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final Denoiser.Row ROW =
            new Denoiser.Row(Tensor.zeros(4, 8, 8), 500, new Conditioning(Map.of()), null);

    private static final Plan PLAN = Families.planner(BuiltInModels.starter())
            .plan(Arguments.builder().prompt("x").seed(1L).build());

    private final List<String> closed = new ArrayList<>();
    private final Flights flights = new Flights(
            false,
            cause -> {
                throw new AssertionError(cause);
            },
            () -> 0);

    private final Pipeline pipeline = fake(
            Pipeline.class,
            Map.of("timePerRow", () -> true, "decodedAtOnce", () -> 1, "hashCode", () -> 1, "equals", () -> true));

    /** Answers as it is told, whatever the arguments. */
    private static <T> T fake(Class<T> type, Map<String, Supplier<?>> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            var answer = answers.get(method.getName());
            if (answer == null) {
                throw new UnsupportedOperationException(method.getName());
            }
            return answer.get();
        }));
    }

    private Flight flight(String id, Supplier<List<Denoiser.Row>> rows, Heard heard) {
        Bytes json = Bytes.utf8("{\"id\":\"" + id + "\"}");
        ParsedRequest.Valid valid = (ParsedRequest.Valid)
                PARSER.parse(new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of()));
        Lease<Pipeline> lease = new Lease<>() {
            @Override
            public Pipeline model() {
                return pipeline;
            }

            @Override
            public void close() {
                closed.add(id);
            }
        };
        Flight flight = new Flight(
                new Flight.Work(
                        new RenderJob(valid.key(), valid.request(), 1), Inputs.NONE, heard, Flight.Work.NEVER, 0),
                lease,
                List.of(PLAN),
                0);
        flight.begun(List.of(List.of(
                fake(Sampling.class, Map.of("done", () -> false, "rows", rows, "step", () -> 0, "steps", () -> 4)))));
        flights.add(flight);
        return flight;
    }

    @Test
    void aSamplerThatFailsWhereItIsAskedWhatItWantsEndsItsOwnJobAlone() throws InterruptedException {
        Heard broken = new Heard();
        Heard sound = new Heard();
        flight(
                "broken",
                () -> {
                    throw new IllegalStateException("no such index");
                },
                broken);
        Flight other = flight("sound", () -> List.of(ROW), sound);

        flights.want();
        Urgency.sort(flights.all(), new BatchSizes(8, Memory.UNKNOWN), 0);
        Batch batch = Batch.around(flights.all());

        assertThat(broken.failure()).isEqualTo(Failure.Code.INTERNAL);
        assertThat(closed).containsExactly("broken");
        assertThat(batch.flights()).containsExactly(other);
        assertThat(sound.ended()).isFalse();
    }
}
