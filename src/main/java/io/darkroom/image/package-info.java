/** Pictures as files: PNG with its parameters inside; contact sheets; previews. */
@NullMarked
package io.darkroom.image;

import org.jspecify.annotations.NullMarked;
