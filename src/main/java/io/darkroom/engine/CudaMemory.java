package io.darkroom.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** The memory of one CUDA device, as {@code nvidia-smi} tells it. */
public final class CudaMemory implements Memory {
    private static final Logger LOG = Logger.getLogger(CudaMemory.class);
    private static final Pattern FIGURES = Pattern.compile("\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*");
    private static final long PATIENCE_SECONDS = 5;

    private final int index;
    private volatile boolean silent;

    /** @param index as CUDA counts the devices */
    public CudaMemory(int index) {
        this.index = index;
    }

    @Override
    public OptionalLong free() {
        return figure(1);
    }

    @Override
    public OptionalLong limit() {
        return figure(2);
    }

    private OptionalLong figure(int group) {
        if (silent) {
            return OptionalLong.empty();
        }
        try {
            Matcher matcher = FIGURES.matcher(ask());
            if (matcher.matches()) {
                return OptionalLong.of(Long.parseLong(matcher.group(group)) << 20);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("nvidia-smi", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.infof(
                "nvidia-smi tells nothing of cuda:%d: only the device itself will say when its memory is full", index);
        silent = true;
        return OptionalLong.empty();
    }

    private String ask() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        "nvidia-smi",
                        "--query-gpu=memory.free,memory.total",
                        "--format=csv,noheader,nounits",
                        "--id=" + index))
                .redirectErrorStream(true)
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "";
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
