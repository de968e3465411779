@NullMarked
package io.darkroom.job;

import org.jspecify.annotations.NullMarked;
