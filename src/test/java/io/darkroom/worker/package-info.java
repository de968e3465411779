@NullMarked
package io.darkroom.worker;

import org.jspecify.annotations.NullMarked;
