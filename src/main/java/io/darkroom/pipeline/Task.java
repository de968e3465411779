package io.darkroom.pipeline;

import java.util.Locale;

/** What is done with a model. Follows from the fields of a request. */
public enum Task {
    TEXT_TO_IMAGE,
    IMAGE_TO_IMAGE,
    INVERSION;

    /** As in events and results: {@code text_to_image}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
