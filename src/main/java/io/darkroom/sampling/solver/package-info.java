/** The samplers: one algorithm, one short file. */
@NullMarked
package io.darkroom.sampling.solver;

import org.jspecify.annotations.NullMarked;
