/** Guidance: which rows of the model a step wants, and how their outputs become one prediction. */
@NullMarked
package io.darkroom.sampling.guidance;

import org.jspecify.annotations.NullMarked;
