package io.darkroom.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLeftoversTest {
    private static final String SUFFIX = "-0b6c2b0e-6f0c-4b0a-9d59-0e4f6a1c2d3e";

    @TempDir
    Path folder;

    @Test
    void removesWhatAKilledServerLeftAndNothingElse() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView(UserDefinedFileAttributeView.class));
        Path whole = object("outcome");
        Path half = Files.writeString(folder.resolve("0.png" + SUFFIX), "half");
        Path linked = Files.createLink(folder.resolve("outcome" + SUFFIX), whole);
        Path namedSo = object("photo" + SUFFIX);

        StoreLeftovers.sweep(folder);

        assertThat(whole).exists();
        assertThat(namedSo).exists();
        assertThat(half).doesNotExist();
        assertThat(linked).doesNotExist();
    }

    private Path object(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "whole");
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                .write("content-md5", ByteBuffer.wrap(new byte[16]));
        return file;
    }
}
