/** Seeded schedules of everything that can go wrong, against the pure state machine of delivery. */
@NullMarked
package io.darkroom.job.simulation;

import org.jspecify.annotations.NullMarked;
