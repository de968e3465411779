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
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stable Diffusion 3 and 3.5 (Esser et al. 2024): a transformer over text and picture, trained by flow matching. The text
 * is that of two CLIP encoders, their last but one hidden states side by side and padded with zeros to T5's width,
 * followed by T5's; a model without T5 has zeros there. Equal to diffusers' {@code StableDiffusion3Pipeline}, {@code
 * StableDiffusion3Img2ImgPipeline} and {@code StableDiffusion3InpaintPipeline}.
 */
final class StableDiffusion3 implements Family {
    static final Set<String> CLASSES =
            Set.of("StableDiffusion3Pipeline", "StableDiffusion3Img2ImgPipeline", "StableDiffusion3InpaintPipeline");

    private static final List<String> CLIP = List.of("text_encoder", "text_encoder_2");
    private static final String T5 = "text_encoder_3";
    private static final Set<String> T5_OUTPUTS = Set.of("last_hidden_state");
    private static final String POOLED = "text_embeds";
    private static final int T5_TOKENS = 256;

    private final ModelFolder folder;
    private final Autoencoder autoencoder;
    private final Texts texts;
    private final boolean hasT5;
    private final int[] layers;
    private final int width;
    private final int patch;
    private final int longestSide;
    private final Frame frame;

    StableDiffusion3(ModelFolder folder) {
        this.folder = folder;
        this.hasT5 = folder.index().json().path(T5).path(0).isTextual();
        this.texts = new Texts(folder, hasT5 ? List.of(CLIP.get(0), CLIP.get(1), T5) : CLIP);
        this.autoencoder = Autoencoder.of(folder);
        this.layers = CLIP.stream()
                .mapToInt(e -> folder.config(e).integer("num_hidden_layers"))
                .toArray();
        folder.graph("transformer");
        Config config = folder.config("transformer");
        this.width = config.integer("joint_attention_dim");
        this.patch = config.integer("patch_size", 2);
        int size = config.integer("sample_size", 128) * autoencoder.factor();
        this.longestSide = config.integer("pos_embed_max_size", 192) * patch * autoencoder.factor();
        this.frame = new Frame(size, size, patch * autoencoder.factor(), false, false);
    }

    @Override
    public String name() {
        return "stable-diffusion-3";
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
                "prompt_3",
                "negative_prompt",
                "negative_prompt_2",
                "negative_prompt_3",
                "guider",
                "num_images_per_prompt",
                "max_sequence_length",
                "clip_skip",
                "loras");
    }

    @Override
    public Defaults defaults(Task task) {
        return new Defaults(task.hasStrength() ? 50 : 28, 7.0, 0.6);
    }

    @Override
    public void check(Arguments a, Checks checks) {
        checks.range("clip_skip", a.clipSkip(), 0, Math.min(layers[0], layers[1]) - 1);
        checks.range("max_sequence_length", a.maxSequenceLength(), 1, 512);
        // The positions that the transformer has learned.
        checks.range("width", a.width(), 1, longestSide);
        checks.range("height", a.height(), 1, longestSide);
    }

    @Override
    public Arguments resolved(Arguments a) {
        return a.toBuilder()
                .negativePrompt(Texts.or(a.negativePrompt(), ""))
                .maxSequenceLength(a.maxSequenceLength() == null ? Integer.valueOf(T5_TOKENS) : a.maxSequenceLength())
                .build();
    }

    @Override
    public List<Text> texts(Arguments a) {
        Arguments.OtherPrompts o = a.others();
        List<Text> all = new ArrayList<>(texts("prompt", Texts.or(a.prompt(), ""), o.prompt2(), o.prompt3(), a));
        all.addAll(texts(
                "negative_prompt", Texts.or(a.negativePrompt(), ""), o.negativePrompt2(), o.negativePrompt3(), a));
        return all;
    }

    /** One for each encoder; where a later one is not given, the first stands for it. */
    private List<Text> texts(String field, String first, @Nullable String second, @Nullable String third, Arguments a) {
        List<Text> all = new ArrayList<>();
        all.add(new Text(field, first, CLIP.get(0), 0, Set.of(hidden(0, a), POOLED)));
        all.add(new Text(
                second == null || second.isEmpty() ? field : field + "_2",
                Texts.or(second, first),
                CLIP.get(1),
                0,
                Set.of(hidden(1, a), POOLED)));
        if (hasT5) {
            all.add(new Text(
                    third == null || third.isEmpty() ? field : field + "_3",
                    Texts.or(third, first),
                    T5,
                    tokens(a),
                    T5_OUTPUTS));
        }
        return all;
    }

    private static int tokens(Arguments a) {
        return a.maxSequenceLength() == null ? T5_TOKENS : a.maxSequenceLength();
    }

    private String hidden(int encoder, Arguments a) {
        int skip = a.clipSkip() == null ? 0 : a.clipSkip();
        return "hidden_states." + (layers[encoder] - 1 - skip);
    }

    @Override
    public Texts tokenizers() {
        return texts;
    }

    @Override
    public ScheduleRequest schedule(Arguments a, SchedulerConfig scheduler) {
        ScheduleRequest request = Family.super.schedule(a, scheduler);
        if (!scheduler.flag("use_dynamic_shifting")) {
            return request;
        }
        int side = patch * autoencoder.factor();
        int tokens = Objects.requireNonNull(a.height()) / side * (Objects.requireNonNull(a.width()) / side);
        return request.withMu(DynamicShift.mu(tokens, scheduler));
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
        return Set.of("encoder_hidden_states", "pooled_projections");
    }

    @Override
    public Conditioner conditioner(Networks networks) {
        Encoders encoders =
                new Encoders(this, networks, texts(Arguments.builder().build()));
        return new Conditioner() {
            @Override
            public Map<Branch, Conditioning> conditioning(Arguments a, int picture) {
                List<TextEncoder.Encoding> encoded = encoders.encode(texts(a));
                int each = encoded.size() / 2;
                return Map.of(
                        Branch.CONDITIONAL, conditioned(encoded.subList(0, each), a),
                        Branch.UNCONDITIONAL, conditioned(encoded.subList(each, 2 * each), a));
            }

            @Override
            public ElementType noiseType() {
                return encoders.elementType();
            }
        };
    }

    private Conditioning conditioned(List<TextEncoder.Encoding> encoded, Arguments a) {
        Tensor clip =
                Join.last(encoded.get(0).output(hidden(0, a)), encoded.get(1).output(hidden(1, a)));
        Tensor padded = Join.last(clip, Tensor.zeros(clip.dim(0), width - clip.dim(1)));
        Tensor t5 = hasT5 ? encoded.get(2).output("last_hidden_state") : Tensor.zeros(tokens(a), width);
        return new Conditioning(Map.of(
                "encoder_hidden_states", Join.first(padded, t5),
                "pooled_projections",
                        Join.first(encoded.get(0).output(POOLED), encoded.get(1).output(POOLED))));
    }
}
