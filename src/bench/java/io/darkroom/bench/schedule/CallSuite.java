package io.darkroom.bench.schedule;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.CallListener;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.bench.Row;
import io.darkroom.bench.Suite;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/**
 * What the starter's calls take on this machine's CPU, beside the cost model of the scheduler's simulation that was taken
 * from such figures. The median of some calls, without the first two.
 */
public final class CallSuite implements Suite {
    private static final int[] ROWS = {1, 2, 4, 8, 16, 32};
    private static final int[] PICTURES = {1, 2, 4, 8};
    private static final int CALLS = 9;
    private static final int FACTOR = 8;
    private static final int CHANNELS = 4;

    private final Random random = new Random(1);
    private long nanos;

    @Override
    public List<Row> run() {
        CostModel model = CostModel.CPU;
        ModelFolder starter = BuiltInModels.starter();
        int length = starter.config("text_encoder").integer("max_position_embeddings");
        int width = starter.config("text_encoder").integer("hidden_size");
        List<Row> rows = new ArrayList<>();
        CallListener listener = (kind, n, took) -> nanos = took;
        try (Networks networks = new OnnxLoader(new Device.Cpu(), listener).load(starter)) {
            for (int size : model.denoiser().keySet().stream().sorted().toList()) {
                Conditioning text = new Conditioning(Map.of("encoder_hidden_states", noise(length, width)));
                for (int n : ROWS) {
                    List<Denoiser.Row> call = new ArrayList<>();
                    for (int i = 0; i < n; i++) {
                        call.add(new Denoiser.Row(latents(size), 500, text));
                    }
                    rows.add(row("denoiser", size, n, () -> networks.denoiser().evaluate(call), model.denoiser()));
                }
                for (int n : PICTURES) {
                    List<Tensor> call = new ArrayList<>(Collections.nCopies(n, latents(size)));
                    rows.add(row("decoder", size, n, () -> networks.decoder().decode(call), model.decoder()));
                }
            }
            for (int n : PICTURES) {
                List<List<Integer>> ids = Collections.nCopies(n, Collections.nCopies(length, 7));
                TextEncoder encoder = Objects.requireNonNull(networks.textEncoders().get("text_encoder"));
                double seconds = median(() -> encoder.encode(ids, Set.of("last_hidden_state")));
                rows.add(new Row("text, " + n + " texts", seconds, model.text().nanos(n) / 1e9, "s a call"));
            }
        }
        return rows;
    }

    private Row row(String what, int size, int n, Runnable call, Map<Integer, CostModel.Call> of) {
        double seconds = CostModel.call(of, size).nanos(n) / 1e9;
        return new Row(what + " at " + size + ", " + n + " rows", median(call), seconds, "s a call");
    }

    private double median(Runnable call) {
        double[] seconds = new double[CALLS];
        for (int i = -2; i < CALLS; i++) {
            call.run();
            if (i >= 0) {
                seconds[i] = nanos / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[CALLS / 2];
    }

    private Tensor latents(int size) {
        return noise(CHANNELS, size / FACTOR, size / FACTOR);
    }

    private Tensor noise(int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        for (int i = 0; i < tensor.data().length; i++) {
            tensor.data()[i] = (float) random.nextGaussian();
        }
        return tensor;
    }
}
