/** torch's random generators, so that a seed gives the noise that it gives in diffusers. */
@NullMarked
package io.darkroom.noise;

import org.jspecify.annotations.NullMarked;
