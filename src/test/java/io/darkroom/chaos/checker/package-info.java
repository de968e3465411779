/** Judges a run by its history alone: it shares no code with the workers, nor with what disturbed them. */
@NullMarked
package io.darkroom.chaos.checker;

import org.jspecify.annotations.NullMarked;
