/** Pictures as files: PNG with its parameters inside. */
@NullMarked
package io.darkroom.image;

import org.jspecify.annotations.NullMarked;
