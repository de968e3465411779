package io.darkroom.training.export;

import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The {@code config.json} of each kind of network, in diffusers' and transformers' words. */
final class Configs {
    private Configs() {}

    /**
     * Of a text encoder.
     *
     * @param begin the id of the begin of text; the end is the padding, too
     */
    static Map<String, Object> text(ClipTextEncoder text, int begin) {
        Map<String, Object> config = new HashMap<>();
        boolean projected = text.projection() > 0;
        config.put("architectures", List.of(projected ? "CLIPTextModelWithProjection" : "CLIPTextModel"));
        config.put("model_type", "clip_text_model");
        config.put("vocab_size", text.vocabulary());
        config.put("max_position_embeddings", text.tokens());
        config.put("hidden_size", text.width());
        config.put("intermediate_size", text.inner());
        config.put("num_hidden_layers", text.layers());
        config.put("num_attention_heads", text.heads());
        config.put("hidden_act", "quick_gelu");
        config.put("layer_norm_eps", 1e-5);
        config.put("attention_dropout", 0.0);
        config.put("projection_dim", projected ? text.projection() : text.width());
        config.put("bos_token_id", begin);
        config.put("eos_token_id", text.end());
        config.put("pad_token_id", text.end());
        config.put("dtype", "float32");
        if (projected) {
            config.put("output_hidden_states", true);
        }
        return config;
    }

    /** Of a VAE, its encoder's and its decoder's alike. */
    static Map<String, Object> vae(VaeDecoder vae, double scalingFactor, int picture) {
        int levels = vae.widths().size();
        Map<String, Object> config = new HashMap<>();
        config.put("_class_name", "AutoencoderKL");
        config.put("act_fn", "silu");
        config.put("block_out_channels", vae.widths());
        config.put("down_block_types", Collections.nCopies(levels, "DownEncoderBlock2D"));
        config.put("up_block_types", Collections.nCopies(levels, "UpDecoderBlock2D"));
        config.put("in_channels", 3);
        config.put("out_channels", 3);
        config.put("latent_channels", vae.latents());
        config.put("layers_per_block", vae.layers());
        config.put("mid_block_add_attention", vae.attention());
        config.put("norm_num_groups", vae.groups());
        config.put("sample_size", picture);
        config.put("scaling_factor", scalingFactor);
        // Stable Diffusion 3's pipeline adds it without asking whether it is there.
        config.put("shift_factor", 0.0);
        config.put("use_quant_conv", true);
        config.put("use_post_quant_conv", true);
        return config;
    }

    /** Of a UNet. */
    static Map<String, Object> unet(UNet unet, int latentSide) {
        int levels = unet.widths().size();
        Map<String, Object> config = new HashMap<>();
        config.put("_class_name", "UNet2DConditionModel");
        config.put("act_fn", "silu");
        config.put("block_out_channels", unet.widths());
        config.put(
                "down_block_types",
                unet.attention().stream()
                        .map(a -> a ? "CrossAttnDownBlock2D" : "DownBlock2D")
                        .toList());
        config.put("mid_block_type", "UNetMidBlock2DCrossAttn");
        List<String> up = new ArrayList<>();
        for (int i = levels - 1; i >= 0; i--) {
            up.add(unet.attention().get(i) ? "CrossAttnUpBlock2D" : "UpBlock2D");
        }
        config.put("up_block_types", up);
        config.put("in_channels", unet.latents());
        config.put("out_channels", unet.latents());
        config.put("layers_per_block", unet.layers());
        // Heads, in spite of its name: diffusers keeps an old slip for what was saved with it.
        config.put("attention_head_dim", unet.heads());
        config.put("cross_attention_dim", unet.textWidth());
        config.put("use_linear_projection", false);
        config.put("norm_num_groups", unet.groups());
        config.put("norm_eps", 1e-5);
        config.put("downsample_padding", 1);
        config.put("flip_sin_to_cos", true);
        config.put("freq_shift", 0);
        config.put("sample_size", latentSide);
        config.put("time_embedding_type", "positional");
        config.put("time_cond_proj_dim", null);
        if (unet.pooling() > 0) {
            config.put("addition_embed_type", "text");
            config.put("addition_embed_type_num_heads", unet.pooling());
        }
        return config;
    }

    /**
     * Of a diffusion transformer. What pipelines ask of Stable Diffusion 3's is there by its name; the class has a name of
     * its own, since its blocks are others.
     */
    static Map<String, Object> transformer(DiffusionTransformer dit, int latentSide) {
        Map<String, Object> config = new HashMap<>();
        config.put("_class_name", "DarkroomDiffusionTransformer");
        config.put("sample_size", latentSide);
        config.put("patch_size", dit.patch());
        config.put("pos_embed_max_size", dit.side());
        config.put("in_channels", dit.latents());
        config.put("out_channels", dit.latents());
        config.put("num_layers", dit.layers());
        config.put("num_attention_heads", dit.heads());
        config.put("attention_head_dim", dit.width() / dit.heads());
        config.put("joint_attention_dim", dit.textWidth());
        config.put("pooled_projection_dim", dit.pooledWidth());
        config.put("modulation_dim", dit.modulation());
        config.put("max_text_tokens", dit.textTokens());
        return config;
    }
}
