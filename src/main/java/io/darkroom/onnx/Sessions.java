package io.darkroom.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.darkroom.model.CallListener;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.ModelUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Opens ONNX Runtime sessions on a device. */
final class Sessions {
    private static final Logger LOG = Logger.getLogger(Sessions.class);
    /** Made once for the process; ONNX Runtime keeps it until the process ends. */
    private static final OrtEnvironment ENVIRONMENT = RuntimeEnvironment.make(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);

    private Sessions() {}

    static OrtEnvironment environment() {
        return ENVIRONMENT;
    }

    /**
     * Opens a graph.
     *
     * @throws ModelUnavailableException where the file is no ONNX model, or lacks its external data
     */
    static OrtSession open(Path file, Device device) {
        try (OrtSession.SessionOptions options = options(device)) {
            // By its path where it has one, so that external data is found beside it; inside a jar only as bytes.
            return file.getFileSystem() == FileSystems.getDefault()
                    ? ENVIRONMENT.createSession(file.toString(), options)
                    : ENVIRONMENT.createSession(Files.readAllBytes(file), options);
        } catch (OrtException e) {
            throw Failures.opening(file, e);
        } catch (IOException e) {
            throw new ModelUnavailableException(file + " cannot be read: " + e, e);
        }
    }

    /**
     * Opens a denoiser's graph, fitted so that it takes a time for each row where {@link TimeFitting} can, and so that a
     * row's result does not depend on whether it is alone ({@link PairedGemms}, on the CPU); else as it is. The file is
     * not changed.
     *
     * @throws ModelUnavailableException as {@link #open}
     */
    static OrtSession openDenoiser(Path file, Device device) {
        Optional<ByteBuffer> fitted = fitted(file, device);
        if (fitted.isPresent()) {
            try (OrtSession.SessionOptions options = options(device)) {
                if (file.getFileSystem() == FileSystems.getDefault()) {
                    // A model from bytes has no place of its own beside which its external data would be looked for.
                    options.addConfigEntry(
                            "session.model_external_initializers_file_folder_path",
                            String.valueOf(file.toAbsolutePath().getParent()));
                }
                return ENVIRONMENT.createSession(fitted.get(), options);
            } catch (OrtException e) {
                if (Failures.opening(file, e) instanceof DeviceMemoryException full) {
                    throw full;
                }
                LOG.warnf("%s cannot be fitted to its use, and is taken as it is: %s", file, e.getMessage());
            }
        }
        return open(file, device);
    }

    private static Optional<ByteBuffer> fitted(Path file, Device device) {
        try {
            return fitted(read(file), device);
        } catch (IllegalArgumentException e) {
            // Whether it is a model at all, opening it will tell.
            LOG.debugf("%s: %s", file, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new ModelUnavailableException(file + " cannot be read: " + e, e);
        }
    }

    /** Mapped where the file system can, so that a large model does not pass through the heap. */
    private static ByteBuffer read(Path file) throws IOException {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            return ByteBuffer.wrap(Files.readAllBytes(file));
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }

    private static Optional<ByteBuffer> fitted(ByteBuffer model, Device device) {
        return GraphPatch.of(model).flatMap(patch -> {
            List<GraphPatch.Change> changes = new ArrayList<>(TimeFitting.changes(patch.graph()));
            if (device instanceof Device.Cpu) {
                changes.addAll(PairedGemms.changes(patch.graph()));
            }
            return changes.isEmpty() ? Optional.empty() : Optional.of(patch.with(changes));
        });
    }

    /**
     * Opens a graph with LoRAs fused into its weights.
     *
     * @param file where the graph comes from, and its external data lies
     * @throws ModelUnavailableException as {@link #open}
     */
    static OrtSession openFused(Path file, FusedGraph fused, Device device, CallListener.Kind kind) {
        try (OrtSession.SessionOptions options = options(device)) {
            if (file.getFileSystem() == FileSystems.getDefault()) {
                // A model from bytes has no place of its own beside which its external data would be looked for.
                options.addConfigEntry(
                        "session.model_external_initializers_file_folder_path",
                        String.valueOf(file.toAbsolutePath().getParent()));
            }
            options.addExternalInitializers(Map.copyOf(fused.weights()));
            Optional<ByteBuffer> fitted =
                    kind == CallListener.Kind.DENOISER ? fitted(fused.model(), device) : Optional.empty();
            return ENVIRONMENT.createSession(fitted.orElse(fused.model()), options);
        } catch (OrtException e) {
            throw Failures.opening(file, e);
        }
    }

    private static OrtSession.SessionOptions options(Device device) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            if (device instanceof Device.Cuda cuda) {
                configure(options, cuda);
            } else if (device instanceof Device.Cpu cpu) {
                // What the JVM may use: ONNX Runtime counts the machine's cores and does not know of a container's
                // limit.
                options.setIntraOpNumThreads(cpu.threads(Runtime.getRuntime().availableProcessors()));
                // Else its threads spin on for tens of milliseconds after a call, and slow the next one of another
                // session by a fifth: a decoder's by the denoiser's, and the other way round.
                options.addConfigEntry("session.force_spinning_stop", "1");
            }
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    private static void configure(OrtSession.SessionOptions options, Device.Cuda cuda) throws OrtException {
        // Memory patterns of several sessions make GPU memory grow without bound (microsoft/onnxruntime issue 29351).
        options.setMemoryPatternOptimization(false);
        try (OrtCUDAProviderOptions provider = new OrtCUDAProviderOptions(cuda.index())) {
            // The default tries every algorithm for every new shape, and may choose another after a restart.
            provider.add("cudnn_conv_algo_search", "HEURISTIC");
            // TF32 keeps ten bits of the mantissa: pictures would no longer equal those of float32.
            provider.add("use_tf32", "0");
            // The default doubles what it takes each time; several models share the device.
            provider.add("arena_extend_strategy", "kSameAsRequested");
            options.addCUDA(provider);
        }
    }

    /** Why a device cannot be used; empty where it can: a session of the smallest graph opens on it. */
    static Optional<String> whyUnusable(Device device) {
        if (device instanceof Device.Cuda
                && !OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            return Optional.of("this build has ONNX Runtime for the CPU only (build it with -Pgpu)");
        }
        try (OrtSession.SessionOptions options = options(device);
                OrtSession session = ENVIRONMENT.createSession(SmallestGraph.bytes(), options)) {
            return session.getNumInputs() == 1 ? Optional.empty() : Optional.of("ONNX Runtime misreads a graph");
        } catch (OrtException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
