package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SgmNamesTest {
    /** As diffusers 0.36 converts them for SDXL's two layers per block. */
    @ParameterizedTest
    @CsvSource({
        "input_blocks_1_0_in_layers_2, down_blocks_0_resnets_0_conv1",
        "input_blocks_1_0_emb_layers_1, down_blocks_0_resnets_0_time_emb_proj",
        "input_blocks_3_0_op, down_blocks_0_downsamplers_0_conv",
        "input_blocks_4_0_skip_connection, down_blocks_1_resnets_0_conv_shortcut",
        "input_blocks_4_1_transformer_blocks_0_attn1_to_q, down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q",
        "input_blocks_8_1_proj_in, down_blocks_2_attentions_1_proj_in",
        "middle_block_0_in_layers_2, mid_block_resnets_0_conv1",
        "middle_block_1_transformer_blocks_9_ff_net_0_proj, mid_block_attentions_0_transformer_blocks_9_ff_net_0_proj",
        "middle_block_2_out_layers_3, mid_block_resnets_1_conv2",
        "output_blocks_0_1_transformer_blocks_3_attn2_to_out_0, up_blocks_0_attentions_0_transformer_blocks_3_attn2_to_out_0",
        "output_blocks_2_2_conv, up_blocks_0_upsamplers_0_conv",
        "output_blocks_5_1_proj_out, up_blocks_1_attentions_2_proj_out",
        "output_blocks_8_0_skip_connection, up_blocks_2_resnets_2_conv_shortcut"
    })
    void areDiffusersNames(String stability, String diffusers) {
        assertThat(SgmNames.diffusers(stability, 2)).contains(diffusers);
    }
}
