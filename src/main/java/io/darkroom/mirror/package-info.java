/** Models in a bucket, and what of them is kept on this machine. */
@NullMarked
package io.darkroom.mirror;

import org.jspecify.annotations.NullMarked;
