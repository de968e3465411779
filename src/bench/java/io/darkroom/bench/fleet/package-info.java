/** A day of a fleet that KEDA scales, in simulation. */
@NullMarked
package io.darkroom.bench.fleet;

import org.jspecify.annotations.NullMarked;
