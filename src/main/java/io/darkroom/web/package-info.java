/** The small HTTP API. */
@NullMarked
package io.darkroom.web;

import org.jspecify.annotations.NullMarked;
