package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.engine.InputPictures.UnusableException;
import io.darkroom.job.DamagedContentException;
import io.darkroom.job.Failure;
import io.darkroom.job.Limits;
import io.darkroom.job.RenderRequest;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoredInputsTest {
    private static final Limits LIMITS = new Limits(1, 1, 1, 1, 1, 1, 1, 1 << 20, Integer.MAX_VALUE, 1);

    private int damaged;
    private final MemoryStore store = new MemoryStore() {
        @Override
        public @Nullable Stored find(Location at, long limitBytes) {
            if (damaged-- > 0) {
                throw new DamagedContentException("its MD5 is to be a, and that of what came is b");
            }
            return super.find(at, limitBytes);
        }
    };
    private final StoredInputs inputs = new StoredInputs(
            store,
            new Places(new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .withMapping(DarkroomConfig.class)
                    .build()
                    .getConfigMapping(DarkroomConfig.class)
                    .storage()),
            LIMITS);

    @Test
    void aPictureThatTheHeapCannotHoldEndsTheJobForWantOfMemory() {
        store.objects.put("inputs/a.png", header(46_000, 46_000));

        UnusableException refusal = catchThrowableOfType(
                UnusableException.class, () -> inputs.read("image", new RenderRequest.ImageRef("inputs/a.png", null)));

        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(Failure.Code.OUT_OF_MEMORY);
            assertThat(problem.field()).isEqualTo("image");
            assertThat(problem.message())
                    .startsWith("s3://darkroom/inputs/a.png: the picture has 46000x46000 pixels, which take 22199 MiB");
        });
    }

    @Test
    void aPictureThatComesDamagedIsReadAgain() {
        damaged = 2;

        UnusableException refusal = catchThrowableOfType(
                UnusableException.class, () -> inputs.read("image", new RenderRequest.ImageRef("inputs/a.png", null)));

        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(Failure.Code.INPUT_NOT_FOUND);
            assertThat(problem.message()).startsWith("there is no object");
        });
    }

    @Test
    void aPictureThatStaysDamagedIsUnreadable() {
        damaged = Integer.MAX_VALUE;

        UnusableException refusal = catchThrowableOfType(
                UnusableException.class, () -> inputs.read("image", new RenderRequest.ImageRef("inputs/a.png", null)));

        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(Failure.Code.INPUT_UNREADABLE);
            assertThat(problem.message())
                    .isEqualTo("s3://darkroom/inputs/a.png: its MD5 is to be a, and that of what came is b");
        });
    }

    /** RGBA of 16 bits, and nothing but its header: to decode it would take 17 GB. */
    private static byte[] header(int width, int height) {
        ByteBuffer file = ByteBuffer.allocate(33).putLong(0x89504E470D0A1A0AL);
        file.putInt(13)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height);
        file.put(new byte[] {16, 6, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(file.array(), 12, 17);
        return file.putInt((int) crc.getValue()).array();
    }
}
