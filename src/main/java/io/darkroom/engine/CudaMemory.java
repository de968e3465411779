package io.darkroom.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one CUDA device, as {@code nvidia-smi} tells it, which takes some ten milliseconds to answer. It counts
 * the cards by their places on the bus; CUDA does so where {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}, or where all are alike.
 */
public final class CudaMemory implements Memory {
    private static final Logger LOG = Logger.getLogger(CudaMemory.class);
    private static final Pattern FIGURES = Pattern.compile("\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*");
    private static final String PROGRAM = "nvidia-smi";
    private static final long PATIENCE_SECONDS = 5;
    /** Without an answer it is not asked for so long: each time would cost {@link #PATIENCE_SECONDS} of the device. */
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final String program;
    private final String id;
    private final LongSupplier nanoTime;
    /** Since when there was no answer; null where there was one. */
    private volatile @Nullable Long silentSince;

    /** @param index as CUDA counts the devices that this process may see */
    public CudaMemory(int index) {
        this(PROGRAM, id(index, System.getenv("CUDA_VISIBLE_DEVICES")), System::nanoTime);
    }

    /** @param program what answers as nvidia-smi does */
    CudaMemory(String program, String id, LongSupplier nanoTime) {
        this.program = program;
        this.id = id;
        this.nanoTime = nanoTime;
    }

    /**
     * What nvidia-smi, which sees all cards, calls a device.
     *
     * @param visible numbers or UUIDs of the cards that CUDA sees, in its order ({@code CUDA_VISIBLE_DEVICES}); null where
     *     it sees all
     */
    static String id(int index, @Nullable String visible) {
        List<String> cards = visible == null ? List.of() : List.of(visible.split(","));
        return index < cards.size() && !cards.get(index).isBlank()
                ? cards.get(index).strip()
                : Integer.toString(index);
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
        Long since = silentSince;
        if (since != null && nanoTime.getAsLong() - since < PAUSE_NANOS) {
            return OptionalLong.empty();
        }
        String answer = "";
        try {
            answer = ask();
            Matcher matcher = FIGURES.matcher(answer);
            if (matcher.matches()) {
                silentSince = null;
                return OptionalLong.of(Long.parseLong(matcher.group(group)) << 20);
            }
        } catch (IOException | UncheckedIOException e) {
            answer = e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
        if (since == null) {
            LOG.infof(
                    "%s tells nothing of card %s (\"%s\"): only the device itself will say when its memory is full",
                    program, id, answer.strip());
        }
        silentSince = nanoTime.getAsLong();
        return OptionalLong.empty();
    }

    private String ask() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        program, "--query-gpu=memory.free,memory.total", "--format=csv,noheader,nounits", "--id=" + id))
                .redirectErrorStream(true)
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "";
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
