/** Trained networks as folders that the worker, and whatever else reads diffusers' ONNX layout, can load. */
@NullMarked
package io.darkroom.training.export;

import org.jspecify.annotations.NullMarked;
