package io.darkroom.bench.schedule;

import io.darkroom.model.CallListener;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Networks in the form of the starter's that compute nothing: a call moves a clock on by what it would take, and whoever
 * is told of it may look at that clock before it returns. Of one thread.
 */
public final class SimulatedDevice implements NetworkLoader {
    private static final int TEXT_WIDTH = 128;
    private static final int FACTOR = 8;

    private final CostModel model;
    private final Pacing pacing;
    private final CallListener listener;
    private final Runnable after;
    private final List<Evaluation> evaluations = new ArrayList<>();
    private long nanos;

    /**
     * A call of the denoiser.
     *
     * @param end when it came back
     * @param cost nanoseconds by the cost model, whatever the device's pace was
     */
    public record Evaluation(long end, long cost) {}

    /**
     * @param pacing how fast the device is at the time
     * @param listener is told of each call
     * @param after is run when a call has moved the clock on
     */
    public SimulatedDevice(CostModel model, Pacing pacing, CallListener listener, Runnable after) {
        this.model = model;
        this.pacing = pacing;
        this.listener = listener;
        this.after = after;
    }

    /** The simulated time. */
    public long nanos() {
        return nanos;
    }

    /** The calls of the denoiser, in order. */
    public List<Evaluation> evaluations() {
        return List.copyOf(evaluations);
    }

    /** Nothing happens before then. */
    public void rest(long until) {
        nanos = Math.max(nanos, until);
    }

    private void call(CallListener.Kind kind, int rows, CostModel.Call cost) {
        long took = Math.round(cost.nanos(rows) * pacing.factor(nanos));
        nanos += took;
        if (kind == CallListener.Kind.DENOISER) {
            evaluations.add(new Evaluation(nanos, cost.nanos(rows)));
        }
        listener.called(kind, rows, took);
        after.run();
    }

    @Override
    public Networks load(ModelFolder folder) {
        return new Networks() {
            @Override
            public Map<String, TextEncoder> textEncoders() {
                return Map.of("text_encoder", new Texts());
            }

            @Override
            public Denoiser denoiser() {
                return new Rows();
            }

            @Override
            public LatentDecoder decoder() {
                return new Decoder();
            }

            @Override
            public @Nullable LatentEncoder encoder() {
                return null;
            }

            @Override
            public void close() {}
        };
    }

    private final class Texts implements TextEncoder {
        @Override
        public Set<String> outputs() {
            return Set.of("last_hidden_state");
        }

        @Override
        public List<Encoding> encode(List<List<Integer>> ids, Set<String> outputs) {
            call(CallListener.Kind.TEXT_ENCODER, ids.size(), model.text());
            return ids.stream()
                    .map(row -> new Encoding(Map.of("last_hidden_state", Tensor.zeros(row.size(), TEXT_WIDTH))))
                    .toList();
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {}

        @Override
        public void close() {}
    }

    private final class Rows implements Denoiser {
        @Override
        public List<Tensor> evaluate(List<Row> rows) {
            int side = FACTOR * rows.get(0).input().dim(2);
            call(CallListener.Kind.DENOISER, rows.size(), CostModel.call(model.denoiser(), side));
            return rows.stream().map(Row::input).toList();
        }

        @Override
        public boolean timePerRow() {
            return true;
        }

        @Override
        public Map<String, List<Integer>> conditions() {
            return Map.of("encoder_hidden_states", List.of(-1, TEXT_WIDTH));
        }

        @Override
        public List<Integer> inputShape() {
            return List.of(4, -1, -1);
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {}

        @Override
        public void close() {}
    }

    private final class Decoder implements LatentDecoder {
        @Override
        public List<Tensor> decode(List<Tensor> latents) {
            int side = FACTOR * latents.get(0).dim(2);
            call(CallListener.Kind.LATENT_DECODER, latents.size(), CostModel.call(model.decoder(), side));
            Tensor black = Tensor.zeros(3, side, side);
            return latents.stream().map(z -> black).toList();
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {}

        @Override
        public void close() {}
    }
}
