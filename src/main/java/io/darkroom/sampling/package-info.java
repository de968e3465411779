/** Noise schedules, spacings, prediction types, guidance, and the samplers: one short file each. */
@NullMarked
package io.darkroom.sampling;

import org.jspecify.annotations.NullMarked;
