/** Training as it runs: optimizers, stages, checkpoints, reports, and the measurements of what was trained. */
@NullMarked
package io.darkroom.training.run;

import org.jspecify.annotations.NullMarked;
