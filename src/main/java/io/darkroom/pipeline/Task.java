package io.darkroom.pipeline;

import java.util.Locale;

/** What is done with a model. Follows from the fields of a request. */
public enum Task {
    TEXT_TO_IMAGE,
    CLASS_TO_IMAGE,
    IMAGE_TO_IMAGE,
    INPAINTING,
    INVERSION,
    RECONSTRUCTION;

    /** As in events and results: {@code text_to_image}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it starts from a picture, which the VAE's encoder takes in. */
    boolean needsImage() {
        return switch (this) {
            case TEXT_TO_IMAGE, CLASS_TO_IMAGE -> false;
            case IMAGE_TO_IMAGE, INPAINTING, INVERSION, RECONSTRUCTION -> true;
        };
    }

    /** Whether {@code strength} says how much of the picture is left. */
    boolean hasStrength() {
        return this == IMAGE_TO_IMAGE || this == INPAINTING;
    }

    /** The request's field that asks for it. */
    String field() {
        return switch (this) {
            case TEXT_TO_IMAGE -> "prompt";
            case CLASS_TO_IMAGE -> "class_labels";
            case IMAGE_TO_IMAGE -> "image";
            case INPAINTING -> "mask_image";
            case INVERSION -> "inversion";
            case RECONSTRUCTION -> "task";
        };
    }
}
