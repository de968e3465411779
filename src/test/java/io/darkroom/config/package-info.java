@NullMarked
package io.darkroom.config;

import org.jspecify.annotations.NullMarked;
