/** A diffusers folder read and understood; the ports through which its networks are called; the catalog that loads and evicts. */
@NullMarked
package io.darkroom.model;

import org.jspecify.annotations.NullMarked;
