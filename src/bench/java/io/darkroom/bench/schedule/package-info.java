/** The scheduler on a simulated device and clock, beside what it is held against. Everything follows from a seed. */
@NullMarked
package io.darkroom.bench.schedule;

import org.jspecify.annotations.NullMarked;
