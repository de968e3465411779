package io.darkroom.engine;

import io.darkroom.model.CallListener;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A device that is worked by hand: it writes down the rows of each call of the denoiser, waits where it is told to, and
 * answers as it is told. Its networks fit the starter model's configs.
 */
public final class HandDevice implements NetworkLoader {
    private static final int TEXT_WIDTH = 128;
    private static final int FACTOR = 8;

    /** The rows of each call. */
    public final List<List<Denoiser.Row>> calls = new CopyOnWriteArrayList<>();
    /** How many texts each call of the text encoder had. */
    public final List<Integer> textCalls = new CopyOnWriteArrayList<>();
    /** How many pictures each call of the decoder had. */
    public final List<Integer> decoderCalls = new CopyOnWriteArrayList<>();
    /** The texts that were encoded, as ids. */
    public final List<List<Integer>> texts = new CopyOnWriteArrayList<>();
    /** One for each call of the denoiser that may go on; plenty unless {@link #hold} is called. */
    public final Semaphore permits = new Semaphore(1_000_000);

    public volatile UnaryOperator<List<Tensor>> answer = inputs -> inputs;
    public volatile UnaryOperator<List<Tensor>> pictures = UnaryOperator.identity();
    /** Is given each latent that is to be decoded. */
    public volatile Consumer<Tensor> latents = z -> {};

    /** Is given the number of texts before each call of the text encoder. */
    public volatile IntConsumer encoding = texts -> {};

    public volatile @Nullable RuntimeException loading;
    /** Thrown by each call of the text encoder that has more than one. */
    public volatile @Nullable RuntimeException severalTexts;

    public final AtomicInteger open = new AtomicInteger();
    /** How often memory was given back. */
    public final AtomicInteger shrunk = new AtomicInteger();

    public volatile boolean timePerRow = true;
    /** Is told what each call of the denoiser cost: hardly more with more rows. */
    public volatile CallListener listener = (kind, rows, nanos) -> {};

    /** How many models there is room for. */
    public volatile int most = Integer.MAX_VALUE;

    /** From now on each call waits for a permit. */
    void hold() {
        permits.drainPermits();
    }

    @Override
    public Networks load(ModelFolder folder) {
        RuntimeException failure = loading;
        if (failure != null) {
            throw failure;
        }
        if (open.get() >= most) {
            throw new DeviceMemoryException("room for " + most + " models", new IllegalStateException());
        }
        open.incrementAndGet();
        return new Loaded();
    }

    private final class Loaded implements Networks {
        @Override
        public Map<String, TextEncoder> textEncoders() {
            return Map.of("text_encoder", new Texts());
        }

        @Override
        public Denoiser denoiser() {
            return new Rows();
        }

        @Override
        public LatentDecoder decoder() {
            return new Decoder();
        }

        @Override
        public @Nullable LatentEncoder encoder() {
            return null;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private final class Texts implements TextEncoder {
        @Override
        public Set<String> outputs() {
            return Set.of("last_hidden_state");
        }

        @Override
        public List<Encoding> encode(List<List<Integer>> ids, Set<String> outputs) {
            textCalls.add(ids.size());
            encoding.accept(ids.size());
            RuntimeException failure = ids.size() > 1 ? severalTexts : null;
            if (failure != null) {
                throw failure;
            }
            texts.addAll(ids);
            return ids.stream()
                    .map(row -> new Encoding(Map.of("last_hidden_state", Tensor.zeros(row.size(), TEXT_WIDTH))))
                    .toList();
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {}

        @Override
        public void close() {}
    }

    private final class Rows implements Denoiser {
        @Override
        public List<Tensor> evaluate(List<Row> rows) {
            calls.add(rows);
            permits.acquireUninterruptibly();
            List<Tensor> outputs = answer.apply(rows.stream().map(Row::input).toList());
            listener.called(CallListener.Kind.DENOISER, rows.size(), 1_000_000 + 1_000L * rows.size());
            return outputs;
        }

        @Override
        public boolean timePerRow() {
            return timePerRow;
        }

        @Override
        public Map<String, List<Integer>> conditions() {
            return Map.of("encoder_hidden_states", List.of(-1, TEXT_WIDTH));
        }

        @Override
        public List<Integer> inputShape() {
            return List.of(4, -1, -1);
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {
            shrunk.incrementAndGet();
        }

        @Override
        public void close() {}
    }

    private final class Decoder implements LatentDecoder {
        @Override
        public List<Tensor> decode(List<Tensor> latents) {
            decoderCalls.add(latents.size());
            latents.forEach(HandDevice.this.latents);
            listener.called(CallListener.Kind.LATENT_DECODER, latents.size(), 1_000_000 + 1_000L * latents.size());
            return pictures.apply(latents.stream()
                    .map(z -> Tensor.zeros(3, FACTOR * z.dim(1), FACTOR * z.dim(2)))
                    .toList());
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {}

        @Override
        public void close() {}
    }
}
