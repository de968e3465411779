package io.darkroom.training.export;

/**
 * A tensor of a graph that is being written.
 *
 * @param name in the graph; a weight's own name, as long as no node has asked for it
 * @param rank how many axes it has
 */
record Value(String name, int rank) {}
