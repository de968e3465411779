@NullMarked
package io.darkroom.mirror;

import org.jspecify.annotations.NullMarked;
