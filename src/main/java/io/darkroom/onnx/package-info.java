/** The ports of {@code model} on ONNX Runtime. The only package that knows it. */
@NullMarked
package io.darkroom.onnx;

import org.jspecify.annotations.NullMarked;
