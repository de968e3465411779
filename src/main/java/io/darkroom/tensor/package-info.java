/** A shape with floats, and the few operations that sampling needs. */
@NullMarked
package io.darkroom.tensor;

import org.jspecify.annotations.NullMarked;
