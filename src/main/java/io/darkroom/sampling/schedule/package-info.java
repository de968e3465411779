/** Noise schedules: betas, spacings, noise levels and their shifts. */
@NullMarked
package io.darkroom.sampling.schedule;

import org.jspecify.annotations.NullMarked;
