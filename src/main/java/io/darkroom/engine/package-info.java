/** Jobs in flight on a device: admission, batches of rows, progress, cancellation. */
@NullMarked
package io.darkroom.engine;

import org.jspecify.annotations.NullMarked;
