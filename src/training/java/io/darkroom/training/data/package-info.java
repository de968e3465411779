/** The data set: landscapes drawn from random numbers, with what is to be seen in them and captions that say so. */
@NullMarked
package io.darkroom.training.data;

import org.jspecify.annotations.NullMarked;
