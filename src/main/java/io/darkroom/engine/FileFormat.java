package io.darkroom.engine;

import io.darkroom.image.JpegWriter;
import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.image.WebPWriter;
import io.darkroom.job.RenderRequest;
import java.util.Map;

/** The formats that pictures are written in. */
enum FileFormat {
    PNG("png", "png"),
    JPEG("jpeg", "jpg"),
    WEBP("webp", "webp");

    private static final int QUALITY = 95;

    private final String label;
    private final String suffix;

    FileFormat(String label, String suffix) {
        this.label = label;
        this.suffix = suffix;
    }

    static FileFormat of(RenderRequest.Output output) {
        RenderRequest.Format format = output.format();
        if (format == null) {
            return PNG;
        }
        return switch (format) {
            case PNG -> PNG;
            case JPEG -> JPEG;
            case WEBP -> WEBP;
        };
    }

    /** How much of a lossy file is kept, 1 to 100. */
    static int quality(RenderRequest.Output output) {
        return output.quality() == null ? QUALITY : output.quality();
    }

    /** As in a request. */
    String label() {
        return label;
    }

    String mediaType() {
        return "image/" + label;
    }

    boolean hasQuality() {
        return this != PNG;
    }

    String name(String stem) {
        return stem + "." + suffix;
    }

    /** @param texts put into the file by their keywords, where the format has a place for them */
    byte[] write(Pixels picture, RenderRequest.Output output, Map<String, String> texts) {
        return switch (this) {
            case PNG -> PngWriter.write(picture, texts);
            case JPEG -> JpegWriter.write(picture, quality(output));
            case WEBP -> WebPWriter.write(picture, quality(output));
        };
    }
}
