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
import io.darkroom.model.VaeException;
import io.darkroom.model.Variant;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Loads the networks of a folder through ONNX Runtime. Variants of a model share the networks that they have in common:
 * those are opened once and closed with the last variant that has them. So all that it loads is for one thread, the
 * device's.
 */
public final class OnnxLoader implements NetworkLoader {
    private static final Logger LOG = Logger.getLogger(OnnxLoader.class);
    private static final List<String> TEXT_ENCODERS = List.of("text_encoder", "text_encoder_2", "text_encoder_3");

    private final Device device;
    private final CallListener listener;
    private final SharedNetworks shared = new SharedNetworks();

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
        GraphFiles files = new GraphFiles(folder);
        LoraMatch loras = LoraMatch.of(folder, files::weights);
        Opened opened = new Opened(folder, files, loras);
        try {
            Map<String, TextEncoder> encoders = new LinkedHashMap<>();
            for (String name : TEXT_ENCODERS) {
                if (names(folder, name)) {
                    encoders.put(name, opened.open(name, Kind.TEXT_ENCODER, OnnxTextEncoder::new));
                }
            }
            Denoiser denoiser = names(folder, "unet")
                    ? unet(folder, opened)
                    : opened.open("transformer", Kind.DENOISER, OnnxDenoiser::new);
            LatentDecoder decoder = opened.open("vae_decoder", Kind.LATENT_DECODER, OnnxLatentDecoder::new);
            LatentEncoder encoder = folder.has("vae_encoder")
                    ? opened.open("vae_encoder", Kind.LATENT_ENCODER, OnnxLatentEncoder::new)
                    : null;
            return new Loaded(Map.copyOf(encoders), denoiser, decoder, encoder, loras.leftOut(), opened);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** The UNet, with the ControlNets that lie beside it or in its graph. */
    private static Denoiser unet(ModelFolder folder, Opened opened) {
        OnnxDenoiser unet = opened.open("unet", Kind.DENOISER, OnnxDenoiser::new);
        Map<String, OnnxControlNet> controlNets = new LinkedHashMap<>();
        folder.controlNets()
                .forEach((name, component) ->
                        controlNets.put(name, opened.open(component, Kind.CONTROLNET, OnnxControlNet::new)));
        if (!controlNets.isEmpty()) {
            return new ControlledDenoiser(unet, controlNets);
        }
        if (FusedControlDenoiser.isOne(unet)) {
            int halvings = folder.config("vae_decoder").length("block_out_channels") - 1;
            return new FusedControlDenoiser(unet, 1 << halvings);
        }
        if (Residuals.any(unet.conditions().keySet())) {
            throw unet.graph()
                    .unfitting("inputs: found " + unet.conditions().keySet()
                            + ", which takes residuals; expected a ControlNet beside it, controlnet/model.onnx");
        }
        return unet;
    }

    /** Whether the index names a component: {@code [null, null]} stands for one that the pipeline does without. */
    private static boolean names(ModelFolder folder, String component) {
        return folder.index().json().path(component).path(0).isTextual();
    }

    /** What makes a network what it is: its graph, and what is fused into it. */
    private record Identity(URI graph, List<Variant.Lora> loras) {
        static Identity of(ModelFolder folder, String component) {
            return new Identity(folder.graph(component).toUri(), folder.lorasOf(component));
        }
    }

    /** The graphs of a folder that LoRAs change, each read once. */
    private static final class GraphFiles {
        private final ModelFolder folder;
        private final Map<String, GraphFile> files = new HashMap<>();
        private final Map<String, Map<String, ModuleWeights.Place>> weights = new HashMap<>();

        GraphFiles(ModelFolder folder) {
            this.folder = folder;
        }

        GraphFile file(String component) {
            return files.computeIfAbsent(component, c -> GraphFile.read(folder.graph(c)));
        }

        @Nullable
        Map<String, ModuleWeights.Place> weights(String component) {
            return names(folder, component) ? weights.computeIfAbsent(component, c -> ModuleWeights.of(file(c))) : null;
        }
    }

    /** What was opened so far, closed together. */
    private final class Opened implements AutoCloseable {
        private final ModelFolder folder;
        private final GraphFiles files;
        private final LoraMatch loras;
        private final Deque<SharedNetworks.Use<?>> networks = new ArrayDeque<>();

        Opened(ModelFolder folder, GraphFiles files, LoraMatch loras) {
            this.folder = folder;
            this.files = files;
            this.loras = loras;
        }

        <N extends Network> N open(String component, Kind kind, BiFunction<Graph, Config, N> as) {
            try {
                SharedNetworks.Use<N> use = shared.use(Identity.of(folder, component), () -> load(component, kind, as));
                networks.push(use);
                return use.network();
            } catch (ModelUnavailableException e) {
                String vae = folder.vaeOf(component);
                throw vae == null ? e : new VaeException(vae, e);
            }
        }

        private <N extends Network> N load(String component, Kind kind, BiFunction<Graph, Config, N> as) {
            Config config = folder.config(component);
            List<LoraMatch.Change> changes = loras.changes().getOrDefault(component, List.of());
            Graph graph = changes.isEmpty()
                    ? Graph.open(folder.graph(component), device, kind, listener)
                    : Graph.open(files.file(component), changes, device, kind, listener);
            try {
                return as.apply(graph, config);
            } catch (RuntimeException | Error e) {
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
            Map<String, String> leftOut,
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
