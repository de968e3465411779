package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierReleaseTest {
    @Test
    void whatIsPackedIsUnpackedAsItWas(@TempDir Path folder) throws IOException {
        Path packed = folder.resolve("packed");
        Path object = Files.createDirectories(packed.resolve("store/bucket")).resolve("picture");
        Files.write(object, new byte[] {0, -1, 2});
        Files.createDirectories(packed.resolve("kafka/empty"));
        view(object).write("content-type", ByteBuffer.wrap(new byte[] {7, -7}));

        EarlierRelease.pack(packed, folder.resolve("archive"));
        Path unpacked = folder.resolve("unpacked");
        EarlierRelease.unpack(Files.newInputStream(folder.resolve("archive")), unpacked);

        assertThat(unpacked.resolve("kafka/empty")).isEmptyDirectory();
        assertThat(unpacked.resolve("store/bucket/picture")).hasBinaryContent(new byte[] {0, -1, 2});
        ByteBuffer type = ByteBuffer.allocate(2);
        view(unpacked.resolve("store/bucket/picture")).read("content-type", type);
        assertThat(type.array()).containsExactly(7, -7);
    }

    private static UserDefinedFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    }
}
