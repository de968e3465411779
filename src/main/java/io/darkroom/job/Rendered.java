package io.darkroom.job;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What rendering gives: pictures as files, not yet stored, and what is to be said about them.
 *
 * @param model the model's folder name
 * @param modelDigest {@code sha256:…}
 * @param pictures in the order of their indices, after them a contact sheet where one was asked for
 * @param parameters every field of the request as resolved, in the contract's order; values are null, Boolean, numbers,
 *     String, List and Map
 * @param timingsMs milliseconds by phase ({@code encode}, {@code denoise}, {@code decode}), in order; queueing, upload
 *     and total are added by the delivery
 * @param measurements what the task measured
 * @param deviceMs the job's share of the device
 */
public record Rendered(
        String model,
        String modelDigest,
        List<Picture> pictures,
        Map<String, Object> parameters,
        Map<String, Long> timingsMs,
        List<Warning> warnings,
        Map<String, Object> measurements,
        double deviceMs) {
    public Rendered {
        pictures = List.copyOf(pictures);
        parameters = RenderRequest.ordered(parameters);
        timingsMs = RenderRequest.ordered(timingsMs);
        warnings = List.copyOf(warnings);
        measurements = RenderRequest.ordered(measurements);
    }

    /** The same with more of the device: what earlier attempts spent on it. */
    Rendered plusDeviceMs(double more) {
        return new Rendered(
                model, modelDigest, pictures, parameters, timingsMs, warnings, measurements, deviceMs + more);
    }

    /**
     * One picture as a file.
     *
     * @param fileName its name below the job's folder, as {@code 0.png}
     * @param seed of its noise; null for a contact sheet, which shows the others
     * @param swept the values by which this picture of a sweep differs, by field; else empty
     */
    public record Picture(
            String fileName,
            Bytes content,
            String mediaType,
            int width,
            int height,
            @Nullable Long seed,
            Map<String, Object> swept) {
        public Picture {
            swept = RenderRequest.ordered(swept);
        }
    }

    /** Something that was done otherwise than asked, as a prompt that was cut. */
    public record Warning(String field, String message) {}
}
