/** The command that has ended jobs, and dead letters, done once more. */
@NullMarked
package io.darkroom.replay;

import org.jspecify.annotations.NullMarked;
