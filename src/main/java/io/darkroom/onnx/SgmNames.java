package io.darkroom.onnx;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of a UNet's modules in Stability's own code ({@code input_blocks_4_1_…}), which kohya's LoRAs of SDXL have, as
 * diffusers' ({@code down_blocks_1_attentions_0_…}). As diffusers' {@code _maybe_map_sgm_blocks_to_diffusers} and
 * {@code _convert_unet_lora_key}. All with underscores for dots.
 */
final class SgmNames {
    private static final Pattern BLOCK = Pattern.compile("(input_blocks|middle_block|output_blocks)_(\\d+)_(.*)");
    private static final Pattern INNER = Pattern.compile("(\\d+)_(.*)");
    private static final List<String> KINDS = List.of("resnets", "attentions", "upsamplers");

    private SgmNames() {}

    /** Whether a name is one of these. */
    static boolean isOne(String module) {
        return BLOCK.matcher(module).matches();
    }

    /**
     * Diffusers' name.
     *
     * @param layers the UNet's {@code layers_per_block}
     */
    static Optional<String> diffusers(String module, int layers) {
        Matcher block = BLOCK.matcher(module);
        if (!block.matches()) {
            return Optional.empty();
        }
        int index = Integer.parseInt(block.group(2));
        if (block.group(1).equals("middle_block")) {
            return switch (index) {
                case 0 -> Optional.of("mid_block_resnets_0_" + inner(block.group(3)));
                case 1 -> Optional.of("mid_block_attentions_0_" + block.group(3));
                case 2 -> Optional.of("mid_block_resnets_1_" + inner(block.group(3)));
                default -> Optional.empty();
            };
        }
        Matcher rest = INNER.matcher(block.group(3));
        if (!rest.matches()) {
            return Optional.empty();
        }
        int kind = Integer.parseInt(rest.group(1));
        boolean down = block.group(1).equals("input_blocks");
        int at = down ? index - 1 : index;
        if (at < 0 || kind >= KINDS.size()) {
            return Optional.empty();
        }
        String name = (down ? "down_blocks_" : "up_blocks_") + at / (layers + 1) + "_";
        if (down && rest.group(2).equals("op")) {
            return Optional.of(name + "downsamplers_0_conv");
        }
        int layer = kind < 2 ? at % (layers + 1) : 0;
        return Optional.of(name + KINDS.get(kind) + "_" + layer + "_" + inner(rest.group(2)));
    }

    private static String inner(String name) {
        return switch (name) {
            case "in_layers_2" -> "conv1";
            case "out_layers_3" -> "conv2";
            case "emb_layers_1" -> "time_emb_proj";
            case "skip_connection" -> "conv_shortcut";
            default -> name;
        };
    }
}
