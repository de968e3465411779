package io.darkroom.job;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was given, typed and checked, immutable. What was not given is null: defaults depend on the model and
 * are resolved by the pipeline. Free values (of guiders, schedulers and sweeps) are null, Boolean, Long, Double, String,
 * List and Map.
 *
 * @param key the job
 * @param digest {@code sha256:} and the digest of the canonical JSON as given, without {@code expires_at},
 *     {@code priority} and {@code labels}
 * @param fieldsGiven the names of the fields that were given (and not as null), in the order given
 * @param model a folder name under the model directory
 * @param task {@code reconstruct}; usually null, for it follows from the fields
 * @param classLabels for class-conditional models: one picture each
 * @param seed 0 to 2^63-1: as given, or derived from the job's id and then below 2^32
 * @param generatorDevice which of torch's generators the noise reproduces
 * @param width in pixels
 * @param height in pixels
 * @param numImagesPerPrompt image i uses seed + i
 * @param vae the name of another VAE in the model folder
 * @param loras in the order given; empty where there are none
 * @param priority 0 (bulk) to 9 (urgent), 5 where not given
 * @param tenant for fairness between callers
 * @param group a name by which jobs can be canceled together
 * @param labels echoed in every event
 * @param expiresAt past it the job fails
 * @param previewEvery steps between previews
 */
public record RenderRequest(
        JobKey key,
        String digest,
        List<String> fieldsGiven,
        @Nullable String model,
        @Nullable String task,
        Prompts prompts,
        @Nullable List<ClassLabel> classLabels,
        Steps steps,
        Guidance guidance,
        long seed,
        @Nullable GeneratorDevice generatorDevice,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Integer numImagesPerPrompt,
        Conditioning conditioning,
        Inputs inputs,
        @Nullable String vae,
        List<Lora> loras,
        @Nullable Sweep sweep,
        Output output,
        int priority,
        @Nullable String tenant,
        @Nullable String group,
        Map<String, String> labels,
        @Nullable Instant expiresAt,
        @Nullable Integer previewEvery) {

    public RenderRequest {
        fieldsGiven = List.copyOf(fieldsGiven);
        classLabels = classLabels == null ? null : List.copyOf(classLabels);
        loras = List.copyOf(loras);
        labels = ordered(labels);
    }

    /** The same, and all that it sweeps, with other values of what is no argument of a pipeline alone. */
    public RenderRequest with(UnaryOperator<Presentation> change) {
        Presentation own = change.apply(new Presentation(fieldsGiven.contains("seed"), seed, output, previewEvery));
        Sweep swept = sweep == null
                ? null
                : new Sweep(
                        sweep.values(),
                        sweep.contactSheet(),
                        sweep.variants().stream()
                                .map(v -> new Variant(v.indices(), v.request().with(change)))
                                .toList());
        return new RenderRequest(
                key,
                digest,
                fieldsGiven,
                model,
                task,
                prompts,
                classLabels,
                steps,
                guidance,
                own.seed,
                generatorDevice,
                width,
                height,
                numImagesPerPrompt,
                conditioning,
                inputs,
                vae,
                loras,
                swept,
                own.output,
                priority,
                tenant,
                group,
                labels,
                expiresAt,
                own.previewEvery);
    }

    /**
     * What of a request a model's own defaults may fill in here.
     *
     * @param seedGiven whether the seed is the request's, not derived from its id
     */
    public record Presentation(boolean seedGiven, long seed, Output output, @Nullable Integer previewEvery) {}

    /** Texts for up to three encoders. */
    public record Prompts(
            @Nullable String prompt,
            @Nullable String prompt2,
            @Nullable String prompt3,
            @Nullable String negativePrompt,
            @Nullable String negativePrompt2,
            @Nullable String negativePrompt3) {}

    /** A class of a class-conditional model. */
    public sealed interface ClassLabel {
        /** By its number. */
        record Id(int id) implements ClassLabel {}

        /** By its label. */
        record Name(String name) implements ClassLabel {}
    }

    /**
     * The way from noise to picture. At most one of {@code timesteps} and {@code sigmas} is there.
     *
     * @param originalInferenceSteps LCM's
     * @param eta DDIM's, at least 0
     */
    public record Steps(
            @Nullable Integer numInferenceSteps,
            @Nullable List<Integer> timesteps,
            @Nullable List<Double> sigmas,
            @Nullable Integer originalInferenceSteps,
            @Nullable Scheduler scheduler,
            @Nullable Double eta) {
        public Steps {
            timesteps = timesteps == null ? null : List.copyOf(timesteps);
            sigmas = sigmas == null ? null : List.copyOf(sigmas);
        }
    }

    /**
     * Another scheduler, or other settings of the model's.
     *
     * @param name a short name or diffusers' class name; null: the model's own
     * @param overrides keys of {@code scheduler_config.json}, without {@code _class_name}
     */
    public record Scheduler(@Nullable String name, Map<String, Object> overrides) {
        public Scheduler {
            overrides = ordered(overrides);
        }
    }

    /** How strongly the prompt is followed. */
    public record Guidance(
            @Nullable Double guidanceScale,
            @Nullable Double guidanceRescale,
            @Nullable Double trueCfgScale,
            @Nullable Guider guider) {}

    /**
     * Another guidance.
     *
     * @param className diffusers' name; null: classifier-free guidance
     * @param start fraction of the steps, 0 to 1
     * @param stop fraction of the steps, 0 to 1, not before {@code start}
     * @param parameters the guider's other parameters
     */
    public record Guider(
            @Nullable String className, @Nullable Double start, @Nullable Double stop, Map<String, Object> parameters) {
        public Guider {
            parameters = ordered(parameters);
        }
    }

    /** Which of torch's generators the noise reproduces. */
    public enum GeneratorDevice {
        CPU,
        CUDA
    }

    /** Height and width in pixels, or a corner's top and left. */
    public record Size(int height, int width) {}

    /** What text encoders and denoisers are told besides the prompt. */
    public record Conditioning(
            @Nullable Size originalSize,
            @Nullable Size cropsCoordsTopLeft,
            @Nullable Size targetSize,
            @Nullable Size negativeOriginalSize,
            @Nullable Size negativeCropsCoordsTopLeft,
            @Nullable Size negativeTargetSize,
            @Nullable Integer maxSequenceLength,
            @Nullable Boolean promptWeighting,
            @Nullable Integer clipSkip) {}

    /** An object in the store; the bucket is the configured one where null. */
    public record ImageRef(String key, @Nullable String bucket) {}

    /** Pictures that go in. */
    public record Inputs(
            @Nullable ImageRef image,
            @Nullable Double strength,
            @Nullable ImageRef maskImage,
            @Nullable Inversion inversion,
            @Nullable ImageRef controlImage,
            @Nullable String controlnet,
            @Nullable Double controlnetConditioningScale,
            @Nullable Double controlGuidanceStart,
            @Nullable Double controlGuidanceEnd) {}

    /** DDIM inversion of the image before it is denoised with the prompt. */
    public record Inversion(
            @Nullable String prompt, @Nullable Integer numInferenceSteps, @Nullable Double guidanceScale) {}

    /** A file of the model folder's {@code loras/}; the scale is 1 where not given. */
    public record Lora(String name, double scale) {}

    /**
     * One picture for each combination of values, the last field varying fastest. A field that is swept and also given
     * by itself takes the swept values.
     *
     * @param values by field, in the order given
     * @param variants one for each combination, in order; none where a value is wrong or there are too many
     */
    public record Sweep(Map<String, List<Object>> values, boolean contactSheet, List<Variant> variants) {
        public Sweep {
            values = ordered(values);
            variants = List.copyOf(variants);
        }

        /** How many combinations there are. */
        public long combinations() {
            return values.values().stream()
                    .mapToLong(List::size)
                    .reduce(1, (a, b) -> Math.min(a * b, Integer.MAX_VALUE));
        }

        /** How many characters the values of all combinations have. */
        long text() {
            long combinations = combinations();
            return values.values().stream()
                    .filter(all -> !all.isEmpty())
                    .mapToLong(all -> combinations
                            / all.size()
                            * all.stream().mapToLong(v -> v.toString().length()).sum())
                    .sum();
        }

        /** The values of one combination, by field. */
        public Map<String, Object> of(Variant variant) {
            Map<String, Object> own = new LinkedHashMap<>();
            values.forEach((name, all) -> own.put(name, all.get(variant.index(name))));
            return own;
        }
    }

    /**
     * One combination of a sweep.
     *
     * @param indices which value it has of each swept field, from 0
     * @param request the same request without the sweep, and with these values
     */
    public record Variant(Map<String, Integer> indices, RenderRequest request) {
        public Variant {
            indices = ordered(indices);
        }

        private int index(String field) {
            return Objects.requireNonNull(indices.get(field), field);
        }

        /** A field of this combination by where its value stands in the sweep: {@code sweep.guidance_scale[2]}. */
        public String path(String field) {
            String root = field.split("[.\\[]", 2)[0];
            Integer index = indices.get(root);
            return index == null ? field : "sweep." + root + "[" + index + "]" + field.substring(root.length());
        }
    }

    /** What is written, and where. */
    public record Output(
            @Nullable String prefix,
            @Nullable Format format,
            @Nullable Integer quality,
            @Nullable Integer presignSeconds,
            @Nullable Boolean metadata) {
        /** The prefix to write under: {@code renders} where none was given; no slash at its end. */
        public String prefixOrDefault() {
            return prefix == null ? "renders" : prefix;
        }
    }

    /** File formats of pictures. */
    public enum Format {
        PNG,
        JPEG,
        WEBP
    }

    static <K, V> Map<K, V> ordered(Map<K, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
