package io.darkroom.pipeline;

/** Something that the caller should know about a field, though the picture is made. */
public record Warning(String field, String message) {}
