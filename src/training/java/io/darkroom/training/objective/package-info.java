/** What training minimises, each as a short class with its equation. Tensors are DJL's; a batch is the first axis. */
@NullMarked
package io.darkroom.training.objective;

import org.jspecify.annotations.NullMarked;
