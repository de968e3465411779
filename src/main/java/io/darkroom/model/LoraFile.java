package io.darkroom.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA (Hu et al. 2021) as safetensors: for some modules of some components two low-rank factors, whose product is added
 * to the module's weight. Its header is read and checked at once, the factors when they are asked for. Safe for use from
 * any thread.
 */
public final class LoraFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Where diffusers writes what its names do not say: PEFT's config of each component. */
    private static final String ADAPTER = "lora_adapter_metadata";

    /** Parts of names of other kinds of adapters: what they add is no product of two factors. */
    private static final Map<String, String> OTHER_KINDS = Map.of(
            "dora_scale", "DoRA",
            "lora_magnitude_vector", "DoRA",
            "hada_w", "LoHa",
            "lokr_w", "LoKr",
            "lora_mid", "LoCon in Tucker form",
            "oft_", "OFT",
            "lora_B.bias", "LoRA with a bias");

    private final String name;
    private final Safetensors tensors;
    private final List<Module> modules;
    private final List<String> unknown;

    /**
     * What is added to one module's weight.
     *
     * @param component {@code unet}, {@code text_encoder}, …
     * @param module its path, with underscores for dots
     * @param rank of the product
     * @param out rows of the product
     * @param in columns of the product; for a convolution input channels times the kernel's size
     */
    public record Module(
            String component, String module, int rank, int out, int in, String downKey, String upKey, double alpha) {}

    /**
     * A module's factors.
     *
     * @param down A, [rank, in]
     * @param up B, [out, rank]
     * @param scale alpha / rank
     */
    public record Factors(Tensor down, Tensor up, double scale) {}

    private LoraFile(String name, Safetensors tensors, List<Module> modules, List<String> unknown) {
        this.name = name;
        this.tensors = tensors;
        this.modules = List.copyOf(modules);
        this.unknown = List.copyOf(unknown);
    }

    /**
     * Reads a file's header.
     *
     * @param name how requests call it
     * @throws LoraException where it is no LoRA that can be used
     */
    public static LoraFile read(String name, Path file) {
        try {
            return of(name, Safetensors.read(file));
        } catch (IOException e) {
            throw LoraException.invalid(name, file.getFileName() + " cannot be read: " + e.getMessage());
        }
    }

    private static LoraFile of(String name, Safetensors tensors) throws IOException {
        Map<String, Map<LoraKeys.Role, String>> names = new LinkedHashMap<>();
        Map<String, LoraKeys.Key> places = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (String tensor : tensors.names()) {
            refuseOtherKinds(name, tensor);
            LoraKeys.parse(tensor)
                    .ifPresentOrElse(
                            key -> {
                                String id = key.component() + ":" + key.module();
                                places.put(id, key);
                                names.computeIfAbsent(id, i -> new EnumMap<>(LoraKeys.Role.class))
                                        .put(key.role(), tensor);
                            },
                            () -> unknown.add(tensor));
        }
        JsonNode adapter = adapter(name, tensors.metadata().get(ADAPTER));
        List<Module> modules = new ArrayList<>();
        for (Map.Entry<String, LoraKeys.Key> place : places.entrySet()) {
            Map<LoraKeys.Role, String> own = names.getOrDefault(place.getKey(), Map.of());
            modules.add(module(name, tensors, place.getValue(), own, adapter));
        }
        if (modules.isEmpty()) {
            throw LoraException.invalid(
                    name,
                    "no LoRA: of its " + tensors.names().size() + " tensors none has a LoRA's name, such as "
                            + "unet.….lora_A.weight or lora_unet_….lora_down.weight");
        }
        return new LoraFile(name, tensors, modules, unknown);
    }

    private static void refuseOtherKinds(String name, String tensor) {
        OTHER_KINDS.forEach((part, kind) -> {
            if (tensor.contains(part)) {
                throw LoraException.unsupported(
                        name, "is a " + kind + " (" + tensor + "); plain LoRAs of two factors are accepted");
            }
        });
    }

    private static Module module(
            String name, Safetensors tensors, LoraKeys.Key key, Map<LoraKeys.Role, String> own, JsonNode adapter)
            throws IOException {
        String down = own.get(LoraKeys.Role.DOWN);
        String up = own.get(LoraKeys.Role.UP);
        if (down == null || up == null) {
            throw LoraException.invalid(
                    name, key.component() + " " + key.path() + ": found " + own.values() + ", expected two factors");
        }
        int[] a = tensors.shape(down);
        int[] b = tensors.shape(up);
        if (a.length < 2 || b.length < 2 || a[0] != b[1] || a[0] < 1 || product(b, 2) != 1) {
            throw LoraException.invalid(
                    name,
                    "found " + down + " " + List.of(box(a)) + " and " + up + " " + List.of(box(b))
                            + ", expected [rank, in, …] and [out, rank, 1, …]");
        }
        String alpha = own.get(LoraKeys.Role.ALPHA);
        return new Module(
                key.component(),
                key.module(),
                a[0],
                b[0],
                product(a, 1),
                down,
                up,
                alpha == null ? alpha(key, adapter, a[0]) : number(tensors, alpha));
    }

    private static double number(Safetensors tensors, String name) throws IOException {
        float[] values = tensors.tensor(name).data();
        if (values.length != 1) {
            throw new IOException(name + ": found " + values.length + " elements, expected 1");
        }
        return values[0];
    }

    private static Integer[] box(int[] shape) {
        return java.util.Arrays.stream(shape).boxed().toArray(Integer[]::new);
    }

    private static int product(int[] shape, int from) {
        int product = 1;
        for (int i = from; i < shape.length; i++) {
            product = Math.multiplyExact(product, shape[i]);
        }
        return product;
    }

    private static JsonNode adapter(String name, @Nullable String json) {
        if (json == null) {
            return MissingNode.getInstance();
        }
        try {
            JsonNode adapter = JSON.readTree(json);
            adapter.properties().forEach(e -> {
                if (e.getKey().endsWith(".use_dora") && e.getValue().asBoolean()) {
                    throw LoraException.unsupported(name, "is a DoRA; plain LoRAs of two factors are accepted");
                }
            });
            return adapter;
        } catch (JsonProcessingException e) {
            throw LoraException.invalid(name, "its metadata " + ADAPTER + " is no JSON");
        }
    }

    /** As PEFT's config says, the rank where there is none; rank-stabilized LoRAs divide by the root of the rank. */
    private static double alpha(LoraKeys.Key key, JsonNode adapter, int rank) {
        double alpha = adapter.path(key.component() + ".lora_alpha").asDouble(rank);
        for (Map.Entry<String, JsonNode> own :
                adapter.path(key.component() + ".alpha_pattern").properties()) {
            if (key.path().equals(own.getKey()) || key.path().endsWith("." + own.getKey())) {
                alpha = own.getValue().asDouble();
                break;
            }
        }
        return adapter.path(key.component() + ".use_rslora").asBoolean() ? alpha * Math.sqrt(rank) : alpha;
    }

    /** How requests call it. */
    public String name() {
        return name;
    }

    /** What it changes, in the file's order. */
    public List<Module> modules() {
        return modules;
    }

    /** The components that it changes. */
    public Set<String> components() {
        return modules.stream().map(Module::component).collect(Collectors.toUnmodifiableSet());
    }

    /** The tensors whose names are none of a LoRA's. */
    public List<String> unknown() {
        return unknown;
    }

    /**
     * Reads a module's factors.
     *
     * @throws LoraException where they cannot be read
     */
    public Factors factors(Module module) {
        try {
            return new Factors(
                    tensors.tensor(module.downKey()), tensors.tensor(module.upKey()), module.alpha() / module.rank());
        } catch (IOException e) {
            throw LoraException.invalid(name, "cannot be read: " + e.getMessage());
        }
    }
}
