package io.darkroom.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A diffusers pipeline exported to ONNX, as it lies in a folder: {@code model_index.json}, and for each component a
 * folder with {@code config.json} and {@code model.onnx}. The folder may lie in any file system, also inside a jar.
 * Configs are read once; safe for use from any thread.
 */
public final class ModelFolder {
    /** The file with a model's own defaults for requests. */
    public static final String DEFAULTS = "darkroom.json";

    private static final String CONTROLNET = "controlnet";
    private static final String CONTROLNETS = "controlnets";
    private static final String INDEX = "model_index.json";
    private static final String GRAPH = "model.onnx";

    private final String name;
    private final Path root;
    private final Config index;
    private final Config scheduler;
    private final Map<String, Object> defaults;
    private @Nullable String digest;

    private ModelFolder(String name, Path root) {
        this.name = name;
        this.root = root;
        this.index = Config.read(root.resolve(INDEX));
        this.scheduler = Config.read(root.resolve("scheduler").resolve("scheduler_config.json"));
        Path own = root.resolve(DEFAULTS);
        this.defaults = Files.exists(own) ? Config.read(own).map() : Map.of();
    }

    /**
     * Reads the configs of a folder.
     *
     * @param name how requests call it
     * @throws ModelUnavailableException where one is missing or unreadable
     */
    public static ModelFolder read(String name, Path root) {
        return new ModelFolder(name, root);
    }

    /** Whether a folder looks like a pipeline's. */
    public static boolean isOne(Path root) {
        return Files.isRegularFile(root.resolve(INDEX));
    }

    /** How requests call it: the folder's name. */
    public String name() {
        return name;
    }

    /** Where it lies. */
    public Path root() {
        return root;
    }

    /** {@code model_index.json}. */
    public Config index() {
        return index;
    }

    /**
     * The pipeline's class as torch's diffusers calls it, {@code StableDiffusionPipeline}: optimum writes {@code ORT}
     * before it, diffusers' own conversion script {@code Onnx}.
     */
    public String pipelineClass() {
        JsonNode found = index.json().path("_class_name");
        if (!found.isTextual()) {
            throw new ModelUnavailableException(
                    index.file() + ": _class_name: found " + found + ", expected the name of a pipeline class");
        }
        String full = found.textValue();
        return full.startsWith("ORT") ? full.substring(3) : full.startsWith("Onnx") ? full.substring(4) : full;
    }

    /** {@code scheduler/scheduler_config.json}. */
    public Config scheduler() {
        return scheduler;
    }

    /** The model's own defaults ({@code darkroom.json}): fields of a request by name; empty where there is no such file. */
    public Map<String, Object> defaults() {
        return defaults;
    }

    /** Whether the folder has a network of this name. */
    public boolean has(String component) {
        return Files.isRegularFile(root.resolve(component).resolve(GRAPH));
    }

    /**
     * The ControlNets beside the denoiser, by the names that requests have for them: the component {@code controlnet}, and
     * each folder of {@code controlnets/}. To each the name of its component, {@code controlnets/canny}.
     */
    public NavigableMap<String, String> controlNets() {
        NavigableMap<String, String> found = new TreeMap<>();
        Path several = root.resolve(CONTROLNETS);
        if (Files.isDirectory(several)) {
            try (Stream<Path> folders = Files.list(several)) {
                folders.map(f -> String.valueOf(f.getFileName()).replace("/", ""))
                        .filter(name -> has(CONTROLNETS + "/" + name))
                        .forEach(name -> found.put(name, CONTROLNETS + "/" + name));
            } catch (IOException e) {
                throw new ModelUnavailableException(several + " cannot be read: " + e, e);
            }
        }
        if (has(CONTROLNET)) {
            found.put(CONTROLNET, CONTROLNET);
        }
        return found;
    }

    /** A component's {@code config.json}. */
    public Config config(String component) {
        return Config.read(root.resolve(component).resolve("config.json"));
    }

    /** A component's folder, whether it is there or not. */
    public Path component(String component) {
        return root.resolve(component);
    }

    /**
     * A component's graph.
     *
     * @throws ModelUnavailableException where there is none
     */
    public Path graph(String component) {
        Path file = root.resolve(component).resolve(GRAPH);
        if (!Files.isRegularFile(file)) {
            throw new ModelUnavailableException(file + " is missing; " + pipelineClass() + " needs " + component);
        }
        return file;
    }

    /**
     * The names of a component's inputs, from its file, without loading it.
     *
     * @throws ModelUnavailableException where there is none, or it cannot be read
     */
    public Set<String> inputs(String component) {
        return GraphInputs.of(graph(component));
    }

    /** The size of everything that the model consists of, in bytes: an estimate of the memory that it needs. */
    public long bytes() {
        long bytes = 0;
        try {
            for (Path file : files().values()) {
                bytes += Files.size(file);
            }
        } catch (IOException e) {
            throw new ModelUnavailableException(root + " cannot be read: " + e, e);
        }
        return bytes;
    }

    /**
     * {@code sha256:} and the digest of what the model consists of: for each file, in the order of the paths, the path
     * below the folder (UTF-8, with slashes), a zero byte, the length in eight bytes, and the content. Read whole at the
     * first call and kept.
     */
    public synchronized String digest() {
        if (digest == null) {
            digest = "sha256:" + HexFormat.of().formatHex(sha256());
        }
        return digest;
    }

    private byte[] sha256() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (Map.Entry<String, Path> file : files().entrySet()) {
                sha256.update(file.getKey().getBytes(StandardCharsets.UTF_8));
                sha256.update((byte) 0);
                sha256.update(ByteBuffer.allocate(Long.BYTES)
                        .putLong(Files.size(file.getValue()))
                        .array());
                try (InputStream in = Files.newInputStream(file.getValue())) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        sha256.update(buffer, 0, n);
                    }
                }
            }
            return sha256.digest();
        } catch (IOException e) {
            throw new ModelUnavailableException(root + " cannot be read: " + e, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** What the model consists of, by path: the index, the defaults, and the components' folders; not a README. */
    private NavigableMap<String, Path> files() throws IOException {
        NavigableMap<String, Path> files = new TreeMap<>();
        for (String single : List.of(INDEX, DEFAULTS)) {
            Path file = root.resolve(single);
            if (Files.isRegularFile(file)) {
                files.put(single, file);
            }
        }
        for (Path folder : components()) {
            try (Stream<Path> below = Files.walk(folder)) {
                for (Path file : (Iterable<Path>) below::iterator) {
                    if (Files.isRegularFile(file)) {
                        files.put(root.relativize(file).toString().replace('\\', '/'), file);
                    }
                }
            }
        }
        return files;
    }

    /** The folders of the components that the index names, and of ControlNets; the VAE's halves have folders of their own. */
    private List<Path> components() {
        List<Path> folders = new ArrayList<>();
        index.json().properties().forEach(entry -> {
            if (entry.getValue().isArray() && entry.getValue().path(0).isTextual()) {
                Stream<String> names = entry.getKey().equals("vae")
                        ? Stream.of("vae", "vae_decoder", "vae_encoder")
                        : Stream.of(entry.getKey());
                names.map(root::resolve).filter(Files::isDirectory).forEach(folders::add);
            }
        });
        Stream.of(CONTROLNET, CONTROLNETS)
                .map(root::resolve)
                .filter(f -> Files.isDirectory(f) && !folders.contains(f))
                .forEach(folders::add);
        return folders;
    }

    @Override
    public String toString() {
        return name + " (" + root + ")";
    }
}
