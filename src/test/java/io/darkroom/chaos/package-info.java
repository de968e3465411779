/**
 * Kills, stops, freezes and cuts off a fleet of real workers under load, as a seed says, and writes down what was seen.
 * {@link io.darkroom.chaos.checker} judges it. Beside it: a fuzz of the edge, and a soak.
 */
@NullMarked
package io.darkroom.chaos;

import org.jspecify.annotations.NullMarked;
