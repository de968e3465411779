package io.darkroom.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {
    @TempDir
    private Path folder;

    private @Nullable Integer maxLength(String written) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + written + "}");
        return new TokenizerFiles(folder).maxLength();
    }

    @Test
    void aLengthThatNoTextIsPaddedToIsNoLimit() throws IOException {
        assertThat(maxLength("77")).isEqualTo(77);
        assertThat(maxLength("1000000000000000019884624838656")).isNull();
        assertThat(maxLength("2147483647")).isNull();
        assertThat(maxLength("999999999")).isNull();
    }
}
