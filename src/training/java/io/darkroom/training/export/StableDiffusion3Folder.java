package io.darkroom.training.export;

import ai.djl.ndarray.NDManager;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A flow matching model in Stable Diffusion 3's form: two text encoders (and no T5), a transformer that gives the velocity,
 * and a VAE.
 *
 * @param text the first text encoder
 * @param text2 the second one
 * @param transformer the denoiser; its text width is that of both encoders together
 * @param encoder the VAE's encoder
 * @param decoder the VAE's decoder
 * @param scalingFactor what latents are multiplied by, so that their variance is 1
 * @param tokenizer the folder of its files: both encoders' tokenizer
 * @param begin the id of the begin of text
 * @param side of the pictures in pixels
 */
public record StableDiffusion3Folder(
        Trained<ClipTextEncoder> text,
        Trained<ClipTextEncoder> text2,
        Trained<DiffusionTransformer> transformer,
        Trained<VaeEncoder> encoder,
        Trained<VaeDecoder> decoder,
        double scalingFactor,
        Path tokenizer,
        int begin,
        int side) {
    /**
     * Writes it.
     *
     * @param folder made where it is missing; files in it are replaced
     * @param shift of the sigmas when sampling: 1 leaves them evenly spaced, more spends more steps where noise is large
     * @param manager of what is compared
     * @return for each network, by how much ONNX Runtime's output differs at most
     * @throws IllegalStateException where one differs by more than {@link Agreement#CLOSE}
     */
    public Map<String, Double> write(Path folder, double shift, NDManager manager) {
        FolderWriter writer = new FolderWriter(folder, manager);
        writer.network("text_encoder", text, Configs.text(text.definition(), begin));
        writer.network("text_encoder_2", text2, Configs.text(text2.definition(), begin));
        writer.network(
                "transformer", transformer, Configs.transformer(transformer.definition(), side / FolderWriter.FACTOR));
        writer.vae(encoder, decoder, Configs.vae(decoder.definition(), scalingFactor, side));
        writer.tokenizer("tokenizer", tokenizer);
        writer.tokenizer("tokenizer_2", tokenizer);
        writer.json("scheduler/scheduler_config.json", scheduler(shift));
        Map<String, Object> index = new HashMap<>();
        index.put("_class_name", "StableDiffusion3Pipeline");
        index.put("scheduler", FolderWriter.component("diffusers", "FlowMatchEulerDiscreteScheduler"));
        index.put("text_encoder", FolderWriter.component("transformers", "CLIPTextModelWithProjection"));
        index.put("text_encoder_2", FolderWriter.component("transformers", "CLIPTextModelWithProjection"));
        index.put("text_encoder_3", FolderWriter.NONE);
        index.put("tokenizer", FolderWriter.component("transformers", "CLIPTokenizer"));
        index.put("tokenizer_2", FolderWriter.component("transformers", "CLIPTokenizer"));
        index.put("tokenizer_3", FolderWriter.NONE);
        index.put("transformer", FolderWriter.component("diffusers", "SD3Transformer2DModel"));
        index.put("vae", FolderWriter.component("diffusers", "AutoencoderKL"));
        index.put("image_encoder", FolderWriter.NONE);
        index.put("feature_extractor", FolderWriter.NONE);
        writer.json("model_index.json", index);
        return writer.differences();
    }

    private static Map<String, Object> scheduler(double shift) {
        Map<String, Object> config = new HashMap<>();
        config.put("_class_name", "FlowMatchEulerDiscreteScheduler");
        config.put("num_train_timesteps", 1000);
        config.put("shift", shift);
        config.put("use_dynamic_shifting", false);
        return config;
    }
}
