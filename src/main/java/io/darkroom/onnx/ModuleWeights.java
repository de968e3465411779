package io.darkroom.onnx;

import io.darkroom.onnx.GraphFile.Node;
import io.darkroom.onnx.GraphFile.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which initializer is which torch module's weight. Exporters name a node after its module
 * ({@code /down_blocks.0/attentions.0/…/attn1/to_q/MatMul}), whereas a linear layer's weight, transposed while it was
 * exported, is called {@code onnx::MatMul_1628}; where weights keep their names ({@code conv_in.weight}) those serve too.
 */
final class ModuleWeights {
    private static final Set<String> OPS = Set.of("MatMul", "Gemm", "Conv");
    private static final String WEIGHT = ".weight";
    /** How many nodes may stand between a weight and the one that uses it. */
    private static final int DEPTH = 4;

    private ModuleWeights() {}

    /** An input of a node, by its position. */
    record Site(Node node, int input) {}

    /**
     * A module's weight.
     *
     * @param transposed whether it is [in, out]; else [out, in] or [out, in, …], as torch has it
     * @param sites the inputs that it goes to, for this module
     */
    record Place(Weight weight, boolean transposed, List<Site> sites) {
        int out() {
            return weight.dims().get(transposed ? 1 : 0);
        }

        int in() {
            return weight.dims().stream().reduce(1, (a, b) -> a * b) / Math.max(1, out());
        }
    }

    /** The weights of linear layers and convolutions, by the module's path with underscores for dots. */
    static Map<String, Place> of(GraphFile graph) {
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        Map<String, Place> places = new HashMap<>();
        for (Node node : graph.nodes()) {
            Place place = OPS.contains(node.op()) && node.inputs().size() > 1 ? place(graph, node, producers) : null;
            if (place != null) {
                int slash = node.name().lastIndexOf('/');
                if (slash > 0) {
                    add(places, node.name().substring(node.name().startsWith("/") ? 1 : 0, slash), place);
                }
                String own = place.weight().name();
                if (own.endsWith(WEIGHT)) {
                    add(places, own.substring(0, own.length() - WEIGHT.length()), place);
                }
            }
        }
        return places;
    }

    /** A module that is called twice has its weight at several sites. */
    private static void add(Map<String, Place> places, String path, Place place) {
        String module = path.replace('/', '_').replace('.', '_');
        places.merge(module, place, (known, more) -> {
            if (!known.weight().equals(more.weight()) || known.sites().containsAll(more.sites())) {
                return known;
            }
            List<Site> sites = new ArrayList<>(known.sites());
            sites.addAll(more.sites());
            return new Place(known.weight(), known.transposed(), List.copyOf(sites));
        });
    }

    private static @Nullable Place place(GraphFile graph, Node node, Map<String, Node> producers) {
        boolean transposed = node.op().equals("MatMul")
                || (node.op().equals("Gemm")
                        && !node.attributes()
                                .getOrDefault("transB", List.of(0L))
                                .equals(List.of(1L)));
        Site site = new Site(node, 1);
        for (int i = 0; i < DEPTH; i++) {
            String input = site.node().inputs().get(site.input());
            Weight weight = graph.weight(input);
            if (weight != null) {
                return weight.dims().size() < 2 ? null : new Place(weight, transposed, List.of(site));
            }
            Node producer = producers.get(input);
            if (producer == null || !isPassing(producer)) {
                return null;
            }
            transposed ^= producer.op().equals("Transpose");
            site = new Site(producer, 0);
        }
        return null;
    }

    /** Nodes that leave a matrix as it is, but for its orientation and type. */
    private static boolean isPassing(Node node) {
        return switch (node.op()) {
            case "Identity", "Cast" -> true;
            case "Transpose" -> node.attributes()
                    .getOrDefault("perm", List.of(1L, 0L))
                    .equals(List.of(1L, 0L));
            default -> false;
        };
    }
}
