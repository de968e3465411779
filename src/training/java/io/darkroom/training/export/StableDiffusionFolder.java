package io.darkroom.training.export;

import ai.djl.ndarray.NDManager;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model of Stable Diffusion's kind: a UNet that predicts epsilon or v, its text encoder, and a VAE.
 *
 * @param text gives what the UNet sees of a text
 * @param unet the denoiser
 * @param encoder the VAE's encoder
 * @param decoder the VAE's decoder
 * @param scalingFactor what latents are multiplied by, so that their variance is 1
 * @param tokenizer the folder of its files
 * @param begin the id of the begin of text
 * @param side of the pictures in pixels
 */
public record StableDiffusionFolder(
        Trained<ClipTextEncoder> text,
        Trained<UNet> unet,
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
     * @param prediction {@code epsilon} or {@code v_prediction}: what the UNet was trained to give
     * @param manager of what is compared
     * @return for each network, by how much ONNX Runtime's output differs at most
     * @throws IllegalStateException where one differs by more than {@link Agreement#CLOSE}
     */
    public Map<String, Double> write(Path folder, String prediction, NDManager manager) {
        FolderWriter writer = new FolderWriter(folder, manager);
        writer.network("text_encoder", text, Configs.text(text.definition(), begin));
        writer.network("unet", unet, Configs.unet(unet.definition(), side / FolderWriter.FACTOR));
        writer.vae(encoder, decoder, Configs.vae(decoder.definition(), scalingFactor, side));
        writer.tokenizer("tokenizer", tokenizer);
        writer.json("scheduler/scheduler_config.json", scheduler(prediction));
        Map<String, Object> index = new HashMap<>();
        index.put("_class_name", "StableDiffusionPipeline");
        index.put("scheduler", FolderWriter.component("diffusers", "DDIMScheduler"));
        index.put("text_encoder", FolderWriter.component("transformers", "CLIPTextModel"));
        index.put("tokenizer", FolderWriter.component("transformers", "CLIPTokenizer"));
        index.put("unet", FolderWriter.component("diffusers", "UNet2DConditionModel"));
        index.put("vae", FolderWriter.component("diffusers", "AutoencoderKL"));
        index.put("safety_checker", FolderWriter.NONE);
        index.put("feature_extractor", FolderWriter.NONE);
        index.put("image_encoder", FolderWriter.NONE);
        index.put("requires_safety_checker", false);
        writer.json("model_index.json", index);
        return writer.differences();
    }

    /** The schedule that it is trained with: Stable Diffusion's. */
    private static Map<String, Object> scheduler(String prediction) {
        if (!List.of("epsilon", "v_prediction").contains(prediction)) {
            throw new IllegalArgumentException(
                    "prediction \"" + prediction + "\" is not one of \"epsilon\", \"v_prediction\"");
        }
        Map<String, Object> config = new HashMap<>();
        config.put("_class_name", "DDIMScheduler");
        config.put("num_train_timesteps", 1000);
        config.put("beta_schedule", "scaled_linear");
        config.put("beta_start", 0.00085);
        config.put("beta_end", 0.012);
        config.put("clip_sample", false);
        config.put("set_alpha_to_one", false);
        config.put("steps_offset", 1);
        config.put("timestep_spacing", "leading");
        config.put("prediction_type", prediction);
        return config;
    }
}
