/** From arguments in diffusers' words to pictures under way: one family of models a file. */
@NullMarked
package io.darkroom.pipeline;

import org.jspecify.annotations.NullMarked;
