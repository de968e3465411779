/** Every setting: its name, type, unit and default. Checked at start. */
@NullMarked
package io.darkroom.config;

import org.jspecify.annotations.NullMarked;
