package io.darkroom.sampling.guidance;

/** A row that guidance wants evaluated. The order is the one in which diffusers batches them. */
public enum Branch {
    /** With the negative prompt, or the empty one. */
    UNCONDITIONAL,
    /** With the prompt. */
    CONDITIONAL
}
