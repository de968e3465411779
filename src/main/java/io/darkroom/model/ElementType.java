package io.darkroom.model;

/** The element types of a network's inputs and outputs that we can serve. Everything outside the networks is float32. */
public enum ElementType {
    FLOAT32,
    FLOAT16
}
