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
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A diffusers pipeline exported to ONNX, as it lies in a folder: {@code model_index.json}, and for each component a
 * folder with {@code config.json} and {@code model.onnx}. The folder may lie in any file system, also inside a jar.
 * Configs are read once; safe for use from any thread.
 *
 * <p>A {@link Variant} of it is a folder too, in which other files stand in for the exchanged ones. Other VAEs lie at
 * {@code vaes/<name>/vae_decoder} and {@code vaes/<name>/vae_encoder}, LoRAs in {@code loras} ({@link LoraFolder}).
 */
public final class ModelFolder {
    /** The file with a model's own defaults for requests. */
    public static final String DEFAULTS = "darkroom.json";

    private static final String CONTROLNET = "controlnet";
    private static final String CONTROLNETS = "controlnets";
    private static final String INDEX = "model_index.json";
    private static final String GRAPH = "model.onnx";
    private static final String VAES = "vaes";
    private static final List<String> VAE_HALVES = List.of("vae_decoder", "vae_encoder");

    private final String name;
    private final Path root;
    private final Config index;
    private final Config scheduler;
    private final Map<String, Object> defaults;
    private final LoraFolder loras;
    private final Variant variant;
    /** Of which this is a variant; null where it is the plain one. */
    private final @Nullable ModelFolder plain;

    private @Nullable String digest;
    /** Of the plain folder's variants, by the files that only they have, as these were when they were read. */
    private final Map<List<String>, String> digestsOfVariants = new ConcurrentHashMap<>();

    private ModelFolder(String name, Path root) {
        this.name = name;
        this.root = root;
        this.loras = new LoraFolder(root.resolve("loras"));
        this.variant = Variant.PLAIN;
        this.plain = null;
        this.index = Config.read(root.resolve(INDEX));
        this.scheduler = Config.read(root.resolve("scheduler").resolve("scheduler_config.json"));
        Path own = root.resolve(DEFAULTS);
        this.defaults = Files.exists(own) ? Config.read(own).map() : Map.of();
    }

    private ModelFolder(ModelFolder plain, Variant variant) {
        this.name = plain.name;
        this.root = plain.root;
        this.index = plain.index;
        this.scheduler = plain.scheduler;
        this.defaults = plain.defaults;
        this.loras = plain.loras;
        this.variant = variant;
        this.plain = plain;
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

    /** The same model with other parts. Whether those are there shows when they are asked for. */
    public ModelFolder as(Variant other) {
        return other.equals(variant) ? this : other.equals(Variant.PLAIN) ? plain() : new ModelFolder(plain(), other);
    }

    /** The model as it lies there. */
    public ModelFolder plain() {
        return plain == null ? this : plain;
    }

    /** Which variant of the model this is. */
    public Variant variant() {
        return variant;
    }

    /** The LoRAs that lie beside the model. */
    public LoraFolder loras() {
        return loras;
    }

    /** The variant's LoRAs that change a component, in their order. */
    public List<Variant.Lora> lorasOf(String component) {
        return variant.loras().stream()
                .filter(lora -> loras.read(lora.name()).components().contains(component))
                .toList();
    }

    /** The names of the other VAEs there are now. */
    public NavigableSet<String> vaes() {
        NavigableSet<String> names = new TreeSet<>();
        Path folder = root.resolve(VAES);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                entries.filter(vae -> Files.isDirectory(vae.resolve("vae_decoder")))
                        .map(vae -> String.valueOf(vae.getFileName()).replace("/", ""))
                        .forEach(names::add);
            } catch (IOException e) {
                throw new ModelUnavailableException(folder + " cannot be read: " + e, e);
            }
        }
        return names;
    }

    /** How requests call it: the folder's name. */
    public String name() {
        return name;
    }

    /** Its name, and what is exchanged in it. */
    public String label() {
        return variant.label().map(exchanged -> name + " with " + exchanged).orElse(name);
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
        return Files.isRegularFile(component(component).resolve(GRAPH));
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
        return Config.read(component(component).resolve("config.json"));
    }

    /** The other VAE that a component is of; null where it is the model's own, or no VAE's. */
    public @Nullable String vaeOf(String component) {
        return VAE_HALVES.contains(component) ? variant.vae() : null;
    }

    /** A component's folder, whether it is there or not. */
    public Path component(String component) {
        String vae = vaeOf(component);
        return vae == null
                ? root.resolve(component)
                : root.resolve(VAES).resolve(vae).resolve(component);
    }

    /**
     * A component's graph.
     *
     * @throws ModelUnavailableException where there is none
     */
    public Path graph(String component) {
        Path file = component(component).resolve(GRAPH);
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

    /**
     * The sizes of what the model consists of, in bytes: an estimate of the memory that it needs. By what each stands for,
     * so that what two variants have in common can be counted once.
     */
    public Map<String, Long> parts() {
        Map<String, Long> parts = new TreeMap<>();
        try {
            for (Map.Entry<String, Path> file : files().entrySet()) {
                parts.merge(partOf(file.getKey()), Files.size(file.getValue()), Long::sum);
            }
        } catch (IOException e) {
            throw new ModelUnavailableException(root + " cannot be read: " + e, e);
        }
        return parts;
    }

    /** The folder that a file lies in, with the model's root before it, and what is fused into it. */
    private String partOf(String file) {
        int end = file.lastIndexOf('/');
        String folder = end < 0 ? "" : file.substring(0, end);
        List<Variant.Lora> fused = variant.loras().isEmpty() ? List.of() : lorasOf(folder);
        return root + "/" + folder + (fused.isEmpty() ? "" : " with " + fused);
    }

    /**
     * {@code sha256:} and the digest of what the model consists of: for each file, in the order of the paths, the path
     * below the folder (UTF-8, with slashes), a zero byte, the length in eight bytes, and the content. For a variant: of
     * the plain model's digest, followed by the same of the files that only the variant has. Read whole at the first call
     * and kept; of a variant for other folders of the same one too, as long as its files stay the same.
     */
    public synchronized String digest() {
        if (digest == null) {
            try {
                NavigableMap<String, Path> files = files();
                digest = plain == null ? sha256("", files) : ofVariant(plain, files);
            } catch (IOException e) {
                throw new ModelUnavailableException(root + " cannot be read: " + e, e);
            }
        }
        return digest;
    }

    private String ofVariant(ModelFolder plain, NavigableMap<String, Path> files) throws IOException {
        files.keySet().removeAll(plain.files().keySet());
        List<String> now = new ArrayList<>();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            Path path = file.getValue();
            now.add(file.getKey() + " " + Files.size(path) + " " + Files.getLastModifiedTime(path));
        }
        String known = plain.digestsOfVariants.get(now);
        if (known == null) {
            known = sha256(plain.digest(), files);
            plain.digestsOfVariants.put(now, known);
        }
        return known;
    }

    private static String sha256(String first, NavigableMap<String, Path> files) throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            sha256.update(first.getBytes(StandardCharsets.UTF_8));
            for (Map.Entry<String, Path> file : files.entrySet()) {
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
            return "sha256:" + HexFormat.of().formatHex(sha256.digest());
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
        for (Variant.Lora lora : variant.loras()) {
            loras.file(lora.name()).ifPresent(file -> files.put(below(file), file));
        }
        for (Path folder : components()) {
            try (Stream<Path> below = Files.walk(folder)) {
                for (Path file : (Iterable<Path>) below::iterator) {
                    if (Files.isRegularFile(file)) {
                        files.put(below(file), file);
                    }
                }
            }
        }
        return files;
    }

    private String below(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    /** The folders of the components that the index names, and of ControlNets; the VAE's halves have folders of their own. */
    private List<Path> components() {
        List<Path> folders = new ArrayList<>();
        index.json().properties().forEach(entry -> {
            if (entry.getValue().isArray() && entry.getValue().path(0).isTextual()) {
                Stream<String> names = entry.getKey().equals("vae")
                        ? Stream.of("vae", "vae_decoder", "vae_encoder")
                        : Stream.of(entry.getKey());
                names.map(this::component).filter(Files::isDirectory).forEach(folders::add);
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
        return label() + " (" + root + ")";
    }
}
