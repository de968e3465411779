/** Tests of the engine: real pipelines of a real model folder on a device that is worked by hand. */
@NullMarked
package io.darkroom.engine;

import org.jspecify.annotations.NullMarked;
