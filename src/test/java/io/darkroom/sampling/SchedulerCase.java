package io.darkroom.sampling;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.darkroom.noise.NoiseSource;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One file of goldens/schedulers: what diffusers did in a run, for two pictures. */
record SchedulerCase(JsonNode json) {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    static SchedulerCase read(Path file) {
        try {
            return new SchedulerCase(MAPPER.readTree(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return json.get("case").asText();
    }

    String className() {
        return json.get("class").asText();
    }

    SchedulerConfig config() {
        return SchedulerConfig.from(configMap());
    }

    Map<String, Object> configMap() {
        Map<String, Object> file = MAPPER.convertValue(json.get("config"), new TypeReference<>() {});
        file.put("_class_name", className());
        return file;
    }

    ScheduleRequest request() {
        JsonNode args = json.get("set_timesteps_args");
        JsonNode step = json.get("step_args");
        StepOptions options = new StepOptions(
                step.has("eta") ? step.get("eta").asDouble() : null,
                step.path("use_clipped_model_output").asBoolean(false),
                step.path("s_churn").asDouble(0),
                step.path("s_tmin").asDouble(0),
                step.path("s_tmax").asDouble(Double.POSITIVE_INFINITY),
                step.path("s_noise").asDouble(1),
                step.path("order").asInt(4));
        return new ScheduleRequest(
                json.get("num_inference_steps").asInt(),
                list(args.get("timesteps")),
                list(args.get("sigmas")),
                args.has("mu") ? args.get("mu").asDouble() : null,
                args.has("original_inference_steps")
                        ? args.get("original_inference_steps").asInt()
                        : null,
                args.path("strength").asDouble(1),
                options);
    }

    private static @Nullable List<Double> list(@Nullable JsonNode array) {
        return array == null || array.isNull()
                ? null
                : Arrays.stream(doubles(array)).boxed().toList();
    }

    double tolerance() {
        return 5 * json.get("sensitivity").asDouble()
                + 1e-6 * json.get("max_abs_sample").asDouble();
    }

    int pictures() {
        return json.get("sample_shape").get(0).asInt();
    }

    int[] shape() {
        return new int[] {
            json.get("sample_shape").get(1).asInt(),
            json.get("sample_shape").get(2).asInt(),
            json.get("sample_shape").get(3).asInt()
        };
    }

    /** One picture's part of a flat array over the whole batch. */
    Tensor picture(JsonNode array, int picture) {
        float[] all = floats(array);
        int n = all.length / pictures();
        int[] shape = shape();
        shape[0] = n / (shape[1] * shape[2]);
        return Tensor.of(Arrays.copyOfRange(all, picture * n, (picture + 1) * n), shape);
    }

    /** One picture's noise of one step, in the order drawn. */
    Noise noise(JsonNode step, int picture) {
        List<Tensor> draws = new ArrayList<>();
        for (JsonNode draw : step.path("noise")) {
            draws.add(picture(draw, picture));
        }
        return new Noise(new ArrayDeque<>(draws));
    }

    /** Recorded draws. */
    record Noise(Deque<Tensor> draws) implements NoiseSource {
        @Override
        public Tensor next(int... shape) {
            Tensor next = draws.poll();
            if (next == null) {
                throw new AssertionError("a draw that diffusers does not make");
            }
            return next;
        }
    }

    /** The golden's model, at one step. */
    Tensor model(JsonNode step, Tensor input, double time) {
        float[] x = input.data();
        float[] out = new float[x.length];
        String kind = json.get("model").asText();
        String predicts = json.get("model_prediction").asText();
        for (int i = 0; i < x.length; i++) {
            out[i] = switch (kind) {
                case "linear" -> x[i] * (float) time / ((float) time + 1);
                case "gauss" -> (float) gauss(
                        step.get("model_a").asDouble(), step.get("model_b").asDouble(), x[i], predicts);
                case "edm" -> (float) edm(
                        step.get("model_sigma").asDouble(),
                        step.get("model_c_skip").asDouble(),
                        step.get("model_c_out").asDouble(),
                        x[i],
                        json.get("config").get("sigma_data").asDouble());
                default -> throw new AssertionError(kind);
            };
        }
        Tensor output = Tensor.of(out, input.shape());
        return json.has("model_learned_variance") ? withVariance(output) : output;
    }

    private static double gauss(double a, double b, double x, String predicts) {
        double d = a * a * 0.25 + b * b;
        double eps = b / d * (x - a * 0.3);
        double x0 = 0.3 + a * 0.25 / d * (x - a * 0.3);
        return switch (predicts) {
            case "epsilon" -> eps;
            case "v_prediction" -> a * eps - b * x0;
            case "sample" -> x0;
            case "flow", "flow_prediction" -> eps - x0;
            default -> throw new AssertionError(predicts);
        };
    }

    private static double edm(double sigma, double cSkip, double cOut, double x, double sigmaData) {
        double raw = x * Math.sqrt(sigma * sigma + sigmaData * sigmaData);
        double denoised = 0.3 + 0.25 / (0.25 + sigma * sigma) * (raw - 0.3);
        return (denoised - cSkip * raw) / cOut;
    }

    /** The case's learned variances: a tenth of the output. */
    private static Tensor withVariance(Tensor output) {
        int[] shape = output.shape();
        float[] both = Arrays.copyOf(output.data(), 2 * output.size());
        for (int i = 0; i < output.size(); i++) {
            both[output.size() + i] = output.data()[i] * 0.1f;
        }
        shape[0] *= 2;
        return Tensor.of(both, shape);
    }

    static float[] floats(JsonNode array) {
        float[] out = new float[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) number(array.get(i));
        }
        return out;
    }

    static double[] doubles(JsonNode array) {
        double[] out = new double[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = number(array.get(i));
        }
        return out;
    }

    private static double number(JsonNode n) {
        return n.isTextual() ? Double.parseDouble(n.asText().replace("nan", "NaN")) : n.asDouble();
    }
}
