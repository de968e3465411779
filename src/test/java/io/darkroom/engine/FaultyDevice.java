package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A real device whose denoiser and decoder run out of memory: now and then for calls of several rows, and always for a
 * width that does not fit. Notes what was decoded, to the last bit.
 */
public final class FaultyDevice implements NetworkLoader {
    private final NetworkLoader real;
    private final int tooWide;
    public final AtomicInteger open = new AtomicInteger();
    public final AtomicInteger faults = new AtomicInteger();
    public final AtomicInteger largest = new AtomicInteger();
    /** Latents and pixels of each picture that was decoded. */
    final Set<List<Integer>> decoded = ConcurrentHashMap.newKeySet();

    private volatile double faultRate;
    private volatile Random random = new Random(0);

    /** @param tooWide in latents */
    public FaultyDevice(NetworkLoader real, int tooWide) {
        this.real = real;
        this.tooWide = tooWide;
    }

    /** From now on, the part of calls of several rows that do not fit. */
    public void faults(double rate, long seed) {
        random = new Random(seed);
        faultRate = rate;
    }

    private void mayFail(int rows, Tensor first) {
        largest.accumulateAndGet(rows, Math::max);
        if (first.dim(first.shape().length - 1) >= tooWide || (rows > 1 && random.nextDouble() < faultRate)) {
            faults.incrementAndGet();
            throw new DeviceMemoryException("full, with " + rows + " rows", new IllegalStateException());
        }
    }

    @Override
    public Networks load(ModelFolder folder) {
        Networks networks = real.load(folder);
        open.incrementAndGet();
        return new Networks() {
            @Override
            public Map<String, TextEncoder> textEncoders() {
                return networks.textEncoders();
            }

            @Override
            public Denoiser denoiser() {
                return new Rows(networks.denoiser());
            }

            @Override
            public LatentDecoder decoder() {
                return new Decoder(networks.decoder());
            }

            @Override
            public @Nullable LatentEncoder encoder() {
                return networks.encoder();
            }

            @Override
            public void close() {
                networks.close();
                open.decrementAndGet();
            }
        };
    }

    private final class Rows implements Denoiser {
        private final Denoiser denoiser;

        Rows(Denoiser denoiser) {
            this.denoiser = denoiser;
        }

        @Override
        public List<Tensor> evaluate(List<Row> rows) {
            mayFail(rows.size(), rows.get(0).input());
            return denoiser.evaluate(rows);
        }

        @Override
        public boolean timePerRow() {
            return denoiser.timePerRow();
        }

        @Override
        public Map<String, List<Integer>> conditions() {
            return denoiser.conditions();
        }

        @Override
        public List<Integer> inputShape() {
            return denoiser.inputShape();
        }

        @Override
        public ElementType elementType() {
            return denoiser.elementType();
        }

        @Override
        public void shrink() {
            denoiser.shrink();
        }

        @Override
        public void close() {
            denoiser.close();
        }
    }

    private final class Decoder implements LatentDecoder {
        private final LatentDecoder decoder;

        Decoder(LatentDecoder decoder) {
            this.decoder = decoder;
        }

        @Override
        public List<Tensor> decode(List<Tensor> latents) {
            mayFail(latents.size(), latents.get(0));
            List<Tensor> pixels = decoder.decode(latents);
            for (int i = 0; i < pixels.size(); i++) {
                decoded.add(List.of(
                        Arrays.hashCode(latents.get(i).data()),
                        Arrays.hashCode(pixels.get(i).data())));
            }
            return pixels;
        }

        @Override
        public ElementType elementType() {
            return decoder.elementType();
        }

        @Override
        public void shrink() {
            decoder.shrink();
        }

        @Override
        public void close() {
            decoder.close();
        }
    }
}
