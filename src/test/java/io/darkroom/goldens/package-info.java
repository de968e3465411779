/** Golden values from diffusers, transformers and torch, and the reading of them. */
@NullMarked
package io.darkroom.goldens;

import org.jspecify.annotations.NullMarked;
