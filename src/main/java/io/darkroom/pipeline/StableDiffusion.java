package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Stable Diffusion 1.x and 2.x (Rombach et al. 2022): one CLIP text encoder whose last hidden state conditions a UNet,
 * which predicts epsilon or v as the scheduler's config says. Equal to diffusers' {@code StableDiffusionPipeline},
 * {@code StableDiffusionImg2ImgPipeline} and {@code StableDiffusionInpaintPipeline}; inversion is their DDIM with
 * {@code DDIMInverseScheduler} before it.
 */
class StableDiffusion implements Family {
    /** The classes whose folders hold these components; the task follows from the request. */
    static final Set<String> CLASSES = Set.of(
            "StableDiffusionPipeline",
            "StableDiffusionImg2ImgPipeline",
            "StableDiffusionInpaintPipeline",
            "StableDiffusionControlNetPipeline",
            "StableDiffusionControlNetImg2ImgPipeline",
            "StableDiffusionControlNetInpaintPipeline");

    private static final String ENCODER = "text_encoder";
    private static final String HIDDEN = "last_hidden_state";
    private static final Set<String> OUTPUTS = Set.of(HIDDEN);
    private static final String TEXT = "encoder_hidden_states";

    private final ModelFolder folder;
    private final Autoencoder autoencoder;
    private final Texts texts;
    private final UNet unet;

    StableDiffusion(ModelFolder folder) {
        this.folder = folder;
        this.texts = new Texts(folder, List.of(ENCODER));
        this.autoencoder = Autoencoder.of(folder);
        this.unet = UNet.of(folder, autoencoder);
    }

    @Override
    public String name() {
        return "stable-diffusion";
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
                : Set.of(Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE, Task.INPAINTING, Task.INVERSION, Task.RECONSTRUCTION);
    }

    @Override
    public Set<String> fields() {
        return Set.of(
                "prompt",
                "negative_prompt",
                "guidance_rescale",
                "guider",
                "eta",
                "num_images_per_prompt",
                "clip_skip",
                "loras",
                "prompt_weighting",
                "control_image",
                "controlnet",
                "controlnet_conditioning_scale",
                "control_guidance_start",
                "control_guidance_end");
    }

    @Override
    public Defaults defaults(Task task) {
        return new Defaults(50, 7.5, task == Task.INPAINTING ? 1 : 0.8);
    }

    @Override
    public void check(Arguments a, Checks checks) {
        if (a.clipSkip() != null && a.clipSkip() != 0) {
            // diffusers puts the skipped-to state through the encoder's last layer norm, which no export gives.
            checks.unsupported(
                    "clip_skip",
                    a.clipSkip() + ": the exported text encoder gives its last hidden state alone; 0 is accepted");
        }
    }

    @Override
    public Arguments resolved(Arguments a) {
        return a.toBuilder().negativePrompt(Texts.or(a.negativePrompt(), "")).build();
    }

    @Override
    public List<Text> texts(Arguments a) {
        return List.of(
                new Text("prompt", Texts.or(a.prompt(), ""), ENCODER, 0, OUTPUTS),
                new Text("negative_prompt", Texts.or(a.negativePrompt(), ""), ENCODER, 0, OUTPUTS));
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
    public List<Warning> warnings(Arguments a, Sampler sampler) {
        List<Warning> warnings = new ArrayList<>();
        unet.warn(a, warnings);
        return warnings;
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
        Set<String> inputs = new HashSet<>(Set.of(TEXT));
        if (unet.guidanceEmbedding() > 0) {
            inputs.add(GuidanceEmbedding.INPUT);
        }
        return inputs;
    }

    @Override
    public Conditioner conditioner(Networks networks) {
        Encoders encoders =
                new Encoders(this, networks, texts(Arguments.builder().build()));
        return new Conditioner() {
            @Override
            public void prepare(List<Arguments> requests) {
                encoders.encode(
                        requests.stream().flatMap(a -> texts(a).stream()).toList());
            }

            @Override
            public Map<Branch, Conditioning> conditioning(Arguments a, int picture) {
                List<Tensor> hidden = Boolean.TRUE.equals(a.promptWeighting())
                        ? encoders.encodeWeighted(texts(a), chunks(a))
                        : encoders.encode(texts(a)).stream()
                                .map(encoding -> encoding.output(HIDDEN))
                                .toList();
                return Map.of(
                        Branch.CONDITIONAL, conditioned(hidden.get(0), a),
                        Branch.UNCONDITIONAL, conditioned(hidden.get(1), a));
            }

            @Override
            public ElementType noiseType() {
                return encoders.elementType();
            }
        };
    }

    /** How long weighted texts are: as long as the longest, where guidance needs both. */
    private List<Integer> chunks(Arguments a) {
        List<Integer> own = texts(a).stream()
                .map(text -> WeightedText.of(text.text(), texts.of(text)).chunks(texts.of(text)))
                .toList();
        boolean guided = a.guider() != null || Objects.requireNonNull(a.guidanceScale()) > 1;
        return guided ? Collections.nCopies(own.size(), Collections.max(own)) : own;
    }

    private Conditioning conditioned(Tensor hidden, Arguments a) {
        Map<String, Tensor> inputs = new HashMap<>();
        inputs.put(TEXT, hidden);
        if (unet.guidanceEmbedding() > 0) {
            double scale = Objects.requireNonNull(a.guidanceScale());
            inputs.put(GuidanceEmbedding.INPUT, GuidanceEmbedding.of(scale, unet.guidanceEmbedding()));
        }
        return new Conditioning(inputs);
    }
}
