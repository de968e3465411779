package io.darkroom.onnx;

import io.darkroom.model.CallListener;
import io.darkroom.model.CallListener.Kind;
import io.darkroom.model.Config;
import io.darkroom.model.Denoiser;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Network;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Loads the networks of a folder through ONNX Runtime. */
public final class OnnxLoader implements NetworkLoader {
    private static final Logger LOG = Logger.getLogger(OnnxLoader.class);
    private static final List<String> TEXT_ENCODERS = List.of("text_encoder", "text_encoder_2", "text_encoder_3");

    private final Device device;
    private final CallListener listener;

    /**
     * @param device where the networks run
     * @param listener is told of every call
     */
    public OnnxLoader(Device device, CallListener listener) {
        this.device = device;
        this.listener = listener;
    }

    /** Native input tensors of calls under way, of all networks in this process: none when nothing is called. */
    public static int openTensors() {
        return Feed.open();
    }

    @Override
    public Networks load(ModelFolder folder) {
        if (folder.has("safety_checker")) {
            LOG.infof("model %s: its safety_checker is not used", folder.name());
        }
        Opened opened = new Opened(folder);
        try {
            Map<String, TextEncoder> encoders = new LinkedHashMap<>();
            for (String name : TEXT_ENCODERS) {
                if (names(folder, name)) {
                    encoders.put(name, opened.open(name, Kind.TEXT_ENCODER, OnnxTextEncoder::new));
                }
            }
            Denoiser denoiser =
                    opened.open(names(folder, "unet") ? "unet" : "transformer", Kind.DENOISER, OnnxDenoiser::new);
            LatentDecoder decoder = opened.open("vae_decoder", Kind.LATENT_DECODER, OnnxLatentDecoder::new);
            LatentEncoder encoder = folder.has("vae_encoder")
                    ? opened.open("vae_encoder", Kind.LATENT_ENCODER, OnnxLatentEncoder::new)
                    : null;
            return new Loaded(Map.copyOf(encoders), denoiser, decoder, encoder, opened);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** Whether the index names a component: {@code [null, null]} stands for one that the pipeline does without. */
    private static boolean names(ModelFolder folder, String component) {
        return folder.index().json().path(component).path(0).isTextual();
    }

    /** What was opened so far, closed together. */
    private final class Opened implements AutoCloseable {
        private final ModelFolder folder;
        private final Deque<Network> networks = new ArrayDeque<>();

        Opened(ModelFolder folder) {
            this.folder = folder;
        }

        <N extends Network> N open(String component, Kind kind, BiFunction<Graph, Config, N> as) {
            Config config = folder.config(component);
            Graph graph = Graph.open(folder.graph(component), device, kind, listener);
            try {
                N network = as.apply(graph, config);
                networks.push(network);
                return network;
            } catch (ModelUnavailableException e) {
                graph.close();
                throw e;
            }
        }

        @Override
        public void close() {
            while (!networks.isEmpty()) {
                networks.pop().close();
            }
        }
    }

    private record Loaded(
            Map<String, TextEncoder> textEncoders,
            Denoiser denoiser,
            LatentDecoder decoder,
            @Nullable LatentEncoder encoder,
            AutoCloseable opened)
            implements Networks {
        @Override
        public void close() {
            try {
                opened.close();
            } catch (Exception e) {
                throw new IllegalStateException("networks close without errors", e);
            }
        }
    }
}
