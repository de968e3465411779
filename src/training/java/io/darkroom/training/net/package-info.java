/**
 * The networks that are trained, each defined once: a {@link io.darkroom.training.net.Definition} is written over {@link
 * io.darkroom.training.net.Ops}, which run on DJL (to train) or write a graph (to export).
 */
@NullMarked
package io.darkroom.training.net;

import org.jspecify.annotations.NullMarked;
