package io.darkroom.noise;

/** The element type in which torch draws. Other types give other numbers, not the same ones rounded. */
public enum DrawType {
    /** What float32 pipelines draw in. */
    FLOAT32,
    /** What float16 pipelines draw in. */
    FLOAT16,
    /** What bfloat16 pipelines draw in. */
    BFLOAT16,
    /** For checks; draws are float64 tensors. */
    FLOAT64
}
