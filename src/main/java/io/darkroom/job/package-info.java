/** A request, its outcome, and the life of a job between them: pure values and a pure state machine. */
@NullMarked
package io.darkroom.job;

import org.jspecify.annotations.NullMarked;
