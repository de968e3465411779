package io.darkroom.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that say what cannot be: a LoRA is refused by its name, whatever they say. */
class LoraFileTest {
    private static final String DOWN = "\"unet.conv_in.lora_A.weight\":";
    private static final String UP =
            "\"unet.conv_in.lora_B.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]}";

    @TempDir
    private Path folder;

    private Path file(String header, long length) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(
                folder.resolve("a.safetensors"), file.putLong(length).put(json).array());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"dtype\":\"F32\",\"shape\":[4294967297,1],\"data_offsets\":[0,4]}",
                "{\"dtype\":\"F32\",\"shape\":[-1,-1],\"data_offsets\":[0,4]}",
                "{\"dtype\":\"F32\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,0]}",
                "{\"dtype\":\"I64\",\"shape\":[1,65536,65536],\"data_offsets\":[0,8]}",
                "{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,9223372036854775807]}",
                "{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[-9223372036854775808,4]}"
            })
    void aShapeOrAPlaceThatCannotBeIsRefused(String down) throws IOException {
        String header = "{" + DOWN + down + "," + UP + "}";
        Path file = file(header, header.length());

        assertThatThrownBy(() -> LoraFile.read("a", file))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("unet.conv_in.lora_A.weight");
    }

    @Test
    void anAlphaWithoutANumberIsRefused() throws IOException {
        String header = "{" + DOWN + "{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]}," + UP
                + ",\"unet.conv_in.alpha\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}";
        Path file = file(header, header.length());

        assertThatThrownBy(() -> LoraFile.read("a", file))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("unet.conv_in.alpha: found 0 elements, expected 1");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0xFFFFFFFFL, 11, 0})
    void aHeaderThatLeavesTheFileIsRefused(long length) throws IOException {
        Path file = file("{}", length);

        assertThatThrownBy(() -> LoraFile.read("a", file))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("a header of " + length + " bytes in a file of 18");
    }

    @Test
    void aHeaderThatWouldTakeTheHeapIsRefused() throws IOException {
        String header = "{}" + " ".repeat(16 << 20);
        Path file = file(header, header.length());

        assertThatThrownBy(() -> LoraFile.read("a", file))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("no safetensors file: a header of 16777218 bytes");
    }
}
