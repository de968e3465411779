/** The files for running Darkroom elsewhere, held against the schemas they are for and against the code. */
@NullMarked
package io.darkroom.deploy;

import org.jspecify.annotations.NullMarked;
