package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.Config;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.Strength;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.Guiders;
import io.darkroom.sampling.guidance.NoGuidance;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * FLUX.1 dev and schnell: a flow-matching transformer over T5's text and two by two patches of latents, with CLIP's
 * pooled text. Guidance is distilled into an input (dev) or left out (schnell); beside it a negative prompt with {@code
 * true_cfg_scale} guides as elsewhere. Equal to diffusers' {@code FluxPipeline}, {@code FluxImg2ImgPipeline} and
 * {@code FluxInpaintPipeline}.
 */
final class Flux implements Family {
    static final Set<String> CLASSES = Set.of("FluxPipeline", "FluxImg2ImgPipeline", "FluxInpaintPipeline");

    private static final String CLIP = "text_encoder";
    private static final String T5 = "text_encoder_2";
    private static final String POOLED = "pooler_output";
    private static final String HIDDEN = "last_hidden_state";
    private static final int T5_TOKENS = 512;
    /** Latents along each side of a patch. */
    private static final int PATCH = 2;

    private final ModelFolder folder;
    private final Autoencoder autoencoder;
    private final Texts texts;
    private final boolean guidanceInput;
    private final Frame frame;

    Flux(ModelFolder folder) {
        this.folder = folder;
        this.texts = new Texts(folder, List.of(CLIP, T5));
        this.autoencoder = Autoencoder.of(folder);
        folder.graph("transformer");
        Config config = folder.config("transformer");
        this.guidanceInput = config.json().path("guidance_embeds").asBoolean();
        int size = 128 * autoencoder.factor();
        this.frame = new Frame(size, size, PATCH * autoencoder.factor(), false, false);
    }

    @Override
    public String name() {
        return "flux";
    }

    @Override
    public ModelFolder folder() {
        return folder;
    }

    @Override
    public Autoencoder autoencoder() {
        return autoencoder;
    }

    @Override
    public Frame frame() {
        return frame;
    }

    @Override
    public Set<Task> tasks() {
        return Set.of(Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE, Task.INPAINTING, Task.RECONSTRUCTION);
    }

    @Override
    public Set<String> fields() {
        return Set.of(
                "prompt",
                "prompt_2",
                "negative_prompt",
                "negative_prompt_2",
                "true_cfg_scale",
                "num_images_per_prompt",
                "max_sequence_length",
                "loras");
    }

    @Override
    public Defaults defaults(Task task) {
        return new Defaults(28, task.hasStrength() ? 7.0 : 3.5, 0.6);
    }

    @Override
    public void check(Arguments a, Checks checks) {
        checks.range("max_sequence_length", a.maxSequenceLength(), 1, 512);
    }

    @Override
    public Arguments resolved(Arguments a) {
        return a.toBuilder()
                .trueCfgScale(a.trueCfgScale() == null ? Double.valueOf(1) : a.trueCfgScale())
                .maxSequenceLength(a.maxSequenceLength() == null ? Integer.valueOf(T5_TOKENS) : a.maxSequenceLength())
                .build();
    }

    /** A negative prompt alone does nothing, nor does a scale alone. */
    private static boolean hasNegative(Arguments a) {
        return a.negativePrompt() != null && a.trueCfgScale() != null && a.trueCfgScale() > 1;
    }

    @Override
    public List<Warning> warnings(Arguments a, Sampler sampler) {
        List<Warning> warnings = new ArrayList<>();
        if (a.negativePrompt() != null && !hasNegative(a)) {
            warnings.add(new Warning("negative_prompt", "not used: it needs a true_cfg_scale above 1"));
        }
        if (a.negativePrompt() == null && Objects.requireNonNull(a.trueCfgScale()) > 1) {
            warnings.add(new Warning("true_cfg_scale", "not used: it needs a negative_prompt"));
        }
        return warnings;
    }

    @Override
    public Guidance guidance(Arguments a) {
        return hasNegative(a) ? Guiders.pipeline(Objects.requireNonNull(a.trueCfgScale()), 0) : NoGuidance.NONE;
    }

    @Override
    public List<Text> texts(Arguments a) {
        List<Text> all = new ArrayList<>(
                texts("prompt", Texts.or(a.prompt(), ""), a.others().prompt2(), a));
        if (hasNegative(a)) {
            all.addAll(texts(
                    "negative_prompt",
                    Texts.or(a.negativePrompt(), ""),
                    a.others().negativePrompt2(),
                    a));
        }
        return all;
    }

    private static List<Text> texts(String field, String first, @Nullable String second, Arguments a) {
        int tokens = a.maxSequenceLength() == null ? T5_TOKENS : a.maxSequenceLength();
        String other = second == null || second.isEmpty() ? field : field + "_2";
        return List.of(
                new Text(field, first, CLIP, 0, Set.of(POOLED)),
                new Text(other, Texts.or(second, first), T5, tokens, Set.of(HIDDEN)));
    }

    @Override
    public Texts tokenizers() {
        return texts;
    }

    /** Evenly spaced from 1, shifted by the number of patches. */
    @Override
    public ScheduleRequest schedule(Arguments a, SchedulerConfig scheduler) {
        ScheduleRequest request = Family.super.schedule(a, scheduler);
        if (a.timesteps() == null && a.sigmas() == null && !scheduler.flag("use_flow_sigmas")) {
            int n = request.steps();
            request = request.withSigmas(IntStream.range(0, n)
                    .mapToObj(i -> n == 1 ? 1.0 : 1 - i * ((1 - 1.0 / n) / (n - 1)))
                    .toList());
        }
        if (!scheduler.flag("use_dynamic_shifting")) {
            return request;
        }
        int tokens = patches(Objects.requireNonNull(a.height())) * patches(Objects.requireNonNull(a.width()));
        return request.withMu(DynamicShift.mu(tokens, scheduler));
    }

    private int patches(int pixels) {
        return pixels / autoencoder.factor() / PATCH;
    }

    @Override
    public int firstIndex(Arguments a, Sampler sampler) {
        return Strength.FLOW.startIndex(sampler, a.strength() == null ? 1 : a.strength());
    }

    @Override
    public String denoiser() {
        return "transformer";
    }

    @Override
    public Set<String> conditions() {
        Set<String> inputs = new HashSet<>(Set.of("encoder_hidden_states", "pooled_projections", "txt_ids", "img_ids"));
        if (guidanceInput) {
            inputs.add("guidance");
        }
        return inputs;
    }

    /** The transformer takes patches for latents, and a time from 0 to 1. */
    @Override
    public Wiring wiring() {
        return new Wiring() {
            @Override
            public Tensor input(Tensor sample) {
                return pack(sample);
            }

            @Override
            public double time(double time) {
                return (float) time / 1000f;
            }

            @Override
            public Tensor prediction(Tensor output, Tensor sample) {
                return unpack(output, sample.shape());
            }
        };
    }

    /** Latents [C, h, w] as rows of patches [h/2 * w/2, 4 C]: {@code _pack_latents}. */
    static Tensor pack(Tensor latents) {
        int[] at = places(latents.shape());
        float[] out = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            out[i] = latents.data()[at[i]];
        }
        int patches = latents.dim(1) / PATCH * (latents.dim(2) / PATCH);
        return Tensor.of(out, patches, out.length / patches);
    }

    /** The other way. */
    static Tensor unpack(Tensor patches, int[] shape) {
        int[] at = places(shape);
        float[] out = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            out[at[i]] = patches.data()[i];
        }
        return Tensor.of(out, shape);
    }

    /** For each element of the packed form, where it stands in [C, h, w]. Within a patch channels vary slowest. */
    private static int[] places(int[] shape) {
        int h = shape[1];
        int w = shape[2];
        int[] at = new int[shape[0] * h * w];
        int i = 0;
        for (int y = 0; y < h; y += PATCH) {
            for (int x = 0; x < w; x += PATCH) {
                for (int c = 0; c < shape[0]; c++) {
                    for (int within = 0; within < PATCH * PATCH; within++) {
                        at[i++] = (c * h + y + within / PATCH) * w + x + within % PATCH;
                    }
                }
            }
        }
        return at;
    }

    @Override
    public Conditioner conditioner(Networks networks) {
        Encoders encoders =
                new Encoders(this, networks, texts(Arguments.builder().build()));
        return new Conditioner() {
            @Override
            public Map<Branch, Conditioning> conditioning(Arguments a, int picture) {
                List<TextEncoder.Encoding> encoded = encoders.encode(texts(a));
                Map<Branch, Conditioning> branches = new HashMap<>();
                branches.put(Branch.CONDITIONAL, conditioned(encoded.get(0), encoded.get(1), a));
                if (hasNegative(a)) {
                    branches.put(Branch.UNCONDITIONAL, conditioned(encoded.get(2), encoded.get(3), a));
                }
                return branches;
            }

            @Override
            public ElementType noiseType() {
                return encoders.elementType();
            }
        };
    }

    private Conditioning conditioned(TextEncoder.Encoding clip, TextEncoder.Encoding t5, Arguments a) {
        Tensor hidden = t5.output(HIDDEN);
        Map<String, Tensor> inputs = new HashMap<>();
        inputs.put("encoder_hidden_states", hidden);
        inputs.put("pooled_projections", clip.output(POOLED));
        inputs.put("txt_ids", Tensor.zeros(hidden.dim(0), 3));
        inputs.put(
                "img_ids",
                positions(patches(Objects.requireNonNull(a.height())), patches(Objects.requireNonNull(a.width()))));
        if (guidanceInput) {
            inputs.put("guidance", Tensor.of(new float[] {
                Objects.requireNonNull(a.guidanceScale()).floatValue()
            }));
        }
        return new Conditioning(inputs);
    }

    /** Row and column of each patch, after a 0: {@code _prepare_latent_image_ids}. */
    private static Tensor positions(int height, int width) {
        float[] ids = new float[3 * height * width];
        for (int i = 0; i < height * width; i++) {
            int row = i / width;
            ids[3 * i + 1] = row;
            ids[3 * i + 2] = i % width;
        }
        return Tensor.of(ids, height * width, 3);
    }
}
