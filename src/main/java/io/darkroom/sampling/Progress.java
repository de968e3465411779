package io.darkroom.sampling;

/** Where a reverse process is: waiting for the model, or done. */
public sealed interface Progress permits Pending, Done {}
