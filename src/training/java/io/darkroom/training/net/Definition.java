package io.darkroom.training.net;

import java.util.List;

/** A network: what goes in, what comes out, and how. Its weights are those that {@link #forward} asks for. */
public interface Definition {
    /** What goes in, in the order in which {@link #forward} takes it. */
    List<Port> inputs();

    /** What comes out. */
    List<Port> outputs();

    /**
     * The network.
     *
     * @param layers layers over the operations of whatever runs or writes it
     * @param inputs one for each of {@link #inputs}
     * @return one for each of {@link #outputs}
     * @param <T> what stands for a tensor there
     */
    <T> List<T> forward(Layers<T> layers, List<T> inputs);

    /** The weights, in the order in which they are first asked for. */
    default List<Weight> weights() {
        return Declarations.of(this);
    }
}
