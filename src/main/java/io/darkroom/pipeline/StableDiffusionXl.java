package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.pipeline.Arguments.MicroConditioning;
import io.darkroom.pipeline.Arguments.Size;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stable Diffusion XL (Podell et al. 2023): two CLIP text encoders, whose last but one hidden states side by side
 * condition the UNet together with the second one's pooled text and six numbers about sizes ({@code time_ids}). Equal
 * to diffusers' {@code StableDiffusionXLPipeline}, {@code StableDiffusionXLImg2ImgPipeline} and {@code
 * StableDiffusionXLInpaintPipeline}; the refiner, which has one encoder, is another model.
 */
final class StableDiffusionXl implements Family {
    static final Set<String> CLASSES = Set.of(
            "StableDiffusionXLPipeline",
            "StableDiffusionXLImg2ImgPipeline",
            "StableDiffusionXLInpaintPipeline",
            "StableDiffusionXLControlNetPipeline",
            "StableDiffusionXLControlNetImg2ImgPipeline",
            "StableDiffusionXLControlNetInpaintPipeline");

    private static final List<String> ENCODERS = List.of("text_encoder", "text_encoder_2");
    private static final String POOLED = "text_embeds";
    private static final Size CORNER = new Size(0, 0);

    private final ModelFolder folder;
    private final Autoencoder autoencoder;
    private final Texts texts;
    private final UNet unet;
    private final boolean zerosForNone;
    private final int[] layers;

    StableDiffusionXl(ModelFolder folder) {
        this.folder = folder;
        if (folder.index().json().path("requires_aesthetics_score").asBoolean()) {
            throw new ModelUnavailableException(folder.index().file()
                    + ": requires_aesthetics_score: found true, expected false; the refiner is not served");
        }
        this.texts = new Texts(folder, ENCODERS);
        this.autoencoder = Autoencoder.of(folder);
        this.unet = UNet.of(folder, autoencoder);
        this.zerosForNone =
                folder.index().json().path("force_zeros_for_empty_prompt").asBoolean(true);
        this.layers = ENCODERS.stream()
                .mapToInt(e -> folder.config(e).integer("num_hidden_layers"))
                .toArray();
    }

    @Override
    public String name() {
        return "stable-diffusion-xl";
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
        return unet.frame();
    }

    @Override
    public Set<Task> tasks() {
        return unet.inpaints(autoencoder)
                ? Set.of(Task.INPAINTING, Task.RECONSTRUCTION)
                : Set.of(Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE, Task.INPAINTING, Task.RECONSTRUCTION);
    }

    @Override
    public Set<String> fields() {
        return Set.of(
                "prompt",
                "prompt_2",
                "negative_prompt",
                "negative_prompt_2",
                "guidance_rescale",
                "guider",
                "eta",
                "num_images_per_prompt",
                "clip_skip",
                "original_size",
                "crops_coords_top_left",
                "target_size",
                "negative_original_size",
                "negative_crops_coords_top_left",
                "negative_target_size",
                "loras",
                "control_image",
                "controlnet",
                "controlnet_conditioning_scale",
                "control_guidance_start",
                "control_guidance_end");
    }

    @Override
    public Defaults defaults(Task task) {
        return switch (task) {
            case IMAGE_TO_IMAGE -> new Defaults(50, 5.0, 0.3);
            case INPAINTING -> new Defaults(50, 7.5, 0.9999);
            case TEXT_TO_IMAGE, CLASS_TO_IMAGE, INVERSION, RECONSTRUCTION -> new Defaults(50, 5.0, 1);
        };
    }

    @Override
    public Defaults controlledDefaults(Task task) {
        return new Defaults(50, 5.0, task == Task.INPAINTING ? 0.9999 : 0.8);
    }

    @Override
    public double controlScale(Task task) {
        return task == Task.IMAGE_TO_IMAGE ? 0.8 : 1;
    }

    @Override
    public void check(Arguments a, Checks checks) {
        int deepest = Math.min(layers[0], layers[1]) - 1;
        checks.range("clip_skip", a.clipSkip(), 0, deepest);
    }

    @Override
    public Arguments resolved(Arguments a) {
        Size size = new Size(Objects.requireNonNull(a.height()), Objects.requireNonNull(a.width()));
        MicroConditioning m = a.micro();
        return a.toBuilder()
                .micro(new MicroConditioning(
                        or(m.originalSize(), size),
                        or(m.cropsCoordsTopLeft(), CORNER),
                        or(m.targetSize(), size),
                        m.negativeOriginalSize(),
                        m.negativeCropsCoordsTopLeft(),
                        m.negativeTargetSize()))
                .build();
    }

    private static Size or(@Nullable Size given, Size otherwise) {
        return given == null ? otherwise : given;
    }

    /** Without a negative prompt zeros stand for its encoding; the empty text is encoded. */
    private boolean negativeIsZero(Arguments a) {
        return a.negativePrompt() == null && zerosForNone;
    }

    @Override
    public List<Warning> warnings(Arguments a, Sampler sampler) {
        List<Warning> warnings = new ArrayList<>();
        if (negativeIsZero(a) && a.others().negativePrompt2() != null) {
            warnings.add(new Warning(
                    "negative_prompt_2", "not used: without negative_prompt this model takes zeros for both"));
        }
        MicroConditioning m = a.micro();
        boolean some = m.negativeOriginalSize() != null
                || m.negativeTargetSize() != null
                || m.negativeCropsCoordsTopLeft() != null;
        if (some && a.image() == null && !(m.negativeOriginalSize() != null && m.negativeTargetSize() != null)) {
            warnings.add(new Warning(
                    "negative_original_size",
                    "not used: only negative_original_size and negative_target_size together are"));
        }
        unet.warn(a, warnings);
        return warnings;
    }

    @Override
    public List<Text> texts(Arguments a) {
        String prompt = Texts.or(a.prompt(), "");
        List<Text> all = new ArrayList<>();
        all.add(text(0, "prompt", prompt, a));
        String second = Texts.or(a.others().prompt2(), "");
        all.add(second.isEmpty() ? text(1, "prompt", prompt, a) : text(1, "prompt_2", second, a));
        if (!negativeIsZero(a)) {
            String negative = Texts.or(a.negativePrompt(), "");
            all.add(text(0, "negative_prompt", negative, a));
            String other = Texts.or(a.others().negativePrompt2(), "");
            all.add(other.isEmpty() ? text(1, "negative_prompt", negative, a) : text(1, "negative_prompt_2", other, a));
        }
        return all;
    }

    private Text text(int encoder, String field, String text, Arguments a) {
        String hidden = hidden(encoder, a);
        return new Text(field, text, ENCODERS.get(encoder), 0, encoder == 0 ? Set.of(hidden) : Set.of(hidden, POOLED));
    }

    /** The last but one hidden state; state 0 is the first layer's input, so that state n is layer n's output. */
    private String hidden(int encoder, Arguments a) {
        int skip = a.clipSkip() == null ? 0 : a.clipSkip();
        return "hidden_states." + (layers[encoder] - 1 - skip);
    }

    @Override
    public Texts tokenizers() {
        return texts;
    }

    @Override
    public Guidance guidance(Arguments a) {
        return unet.guidance(Family.super.guidance(a));
    }

    @Override
    public String denoiser() {
        return "unet";
    }

    @Override
    public boolean seesMask() {
        return unet.inpaints(autoencoder);
    }

    @Override
    public Set<String> conditions() {
        Set<String> inputs = new HashSet<>(Set.of("encoder_hidden_states", "text_embeds", "time_ids"));
        if (unet.guidanceEmbedding() > 0) {
            inputs.add(GuidanceEmbedding.INPUT);
        }
        return inputs;
    }

    @Override
    public Conditioner conditioner(Networks networks) {
        return new Loaded(networks);
    }

    /** With its encoders. */
    private final class Loaded implements Conditioner {
        private final Encoders encoders;

        Loaded(Networks networks) {
            this.encoders = new Encoders(
                    StableDiffusionXl.this, networks, texts(Arguments.builder().build()));
        }

        @Override
        public ElementType noiseType() {
            return encoders.elementType();
        }

        @Override
        public void prepare(List<Arguments> requests) {
            encoders.encode(requests.stream().flatMap(a -> texts(a).stream()).toList());
        }

        @Override
        public Map<Branch, Conditioning> conditioning(Arguments a, int picture) {
            List<TextEncoder.Encoding> encoded = encoders.encode(texts(a));
            Tensor hidden = Join.last(
                    encoded.get(0).output(hidden(0, a)), encoded.get(1).output(hidden(1, a)));
            Tensor pooled = encoded.get(1).output(POOLED);
            Tensor negative = negativeIsZero(a)
                    ? Tensor.zeros(hidden.shape())
                    : Join.last(
                            encoded.get(2).output(hidden(0, a)), encoded.get(3).output(hidden(1, a)));
            Tensor negativePooled = negativeIsZero(a)
                    ? Tensor.zeros(pooled.shape())
                    : encoded.get(3).output(POOLED);
            MicroConditioning m = a.micro();
            Tensor timeIds = timeIds(m.originalSize(), m.cropsCoordsTopLeft(), m.targetSize());
            return Map.of(
                    Branch.CONDITIONAL, conditioned(hidden, pooled, timeIds, a),
                    Branch.UNCONDITIONAL, conditioned(negative, negativePooled, negativeTimeIds(a, timeIds), a));
        }
    }

    private Conditioning conditioned(Tensor hidden, Tensor pooled, Tensor timeIds, Arguments a) {
        Map<String, Tensor> inputs = new HashMap<>();
        inputs.put("encoder_hidden_states", hidden);
        inputs.put("text_embeds", pooled);
        inputs.put("time_ids", timeIds);
        if (unet.guidanceEmbedding() > 0) {
            double scale = Objects.requireNonNull(a.guidanceScale());
            inputs.put(GuidanceEmbedding.INPUT, GuidanceEmbedding.of(scale, unet.guidanceEmbedding()));
        }
        return new Conditioning(inputs);
    }

    /** The pipelines differ: from text only both negative sizes together count, from an image each, but no negative crop. */
    private static Tensor negativeTimeIds(Arguments a, Tensor timeIds) {
        MicroConditioning m = a.micro();
        if (a.image() != null) {
            return timeIds(
                    m.negativeOriginalSize() == null ? m.originalSize() : m.negativeOriginalSize(),
                    m.cropsCoordsTopLeft(),
                    m.negativeTargetSize() == null ? m.targetSize() : m.negativeTargetSize());
        }
        if (m.negativeOriginalSize() == null || m.negativeTargetSize() == null) {
            return timeIds;
        }
        return timeIds(m.negativeOriginalSize(), or(m.negativeCropsCoordsTopLeft(), CORNER), m.negativeTargetSize());
    }

    private static Tensor timeIds(@Nullable Size original, @Nullable Size crop, @Nullable Size target) {
        List<Size> sizes =
                List.of(Objects.requireNonNull(original), Objects.requireNonNull(crop), Objects.requireNonNull(target));
        float[] ids = new float[6];
        for (int i = 0; i < sizes.size(); i++) {
            ids[2 * i] = sizes.get(i).height();
            ids[2 * i + 1] = sizes.get(i).width();
        }
        return Tensor.of(ids, ids.length);
    }
}
