package io.darkroom.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.image.JpegWriter;
import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.job.Bytes;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Rendered;
import io.darkroom.pipeline.Plan;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the device has made of a job, on its way to files. Encoding needs no device.
 *
 * @param model its name
 * @param modelDigest of its folder
 * @param pixels of each picture, [3, H, W] in 0..1
 * @param seeds of each picture
 * @param measurements what the task measured; of the first picture
 */
record PictureFiles(
        RenderRequest request,
        String model,
        String modelDigest,
        Plan plan,
        List<Tensor> pixels,
        List<Long> seeds,
        Map<String, Long> timingsMs,
        Map<String, Double> measurements,
        double deviceMs) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int JPEG_QUALITY = 95;

    static PictureFiles of(Flight flight) {
        List<Flight.Picture> pictures = flight.pictures();
        return new PictureFiles(
                flight.work.job().request(),
                flight.pipeline.description().folder().name(),
                flight.pipeline.description().folder().digest(),
                flight.plan,
                flight.pixels(),
                pictures.stream().map(p -> p.sampling.seed()).toList(),
                flight.clock.millis(),
                pictures.get(0).sampling.measurements(flight.pixels().get(0)),
                flight.clock.deviceMs());
    }

    Rendered encode() {
        List<Rendered.Picture> files = new ArrayList<>();
        for (int i = 0; i < pixels.size(); i++) {
            files.add(file(i));
        }
        return new Rendered(
                model,
                modelDigest,
                files,
                parameters(),
                timingsMs,
                plan.warnings().stream()
                        .map(w -> new Rendered.Warning(w.field(), w.message()))
                        .toList(),
                new LinkedHashMap<>(measurements),
                deviceMs);
    }

    private Rendered.Picture file(int index) {
        Pixels picture = Pixels.of(pixels.get(index));
        RenderRequest.Output output = request.output();
        boolean jpeg = jpeg(output);
        byte[] content = jpeg
                ? JpegWriter.write(picture, quality(output))
                : PngWriter.write(picture, Boolean.FALSE.equals(output.metadata()) ? null : recipe(index));
        return new Rendered.Picture(
                index + (jpeg ? ".jpg" : ".png"),
                Bytes.of(content),
                jpeg ? "image/jpeg" : "image/png",
                picture.width(),
                picture.height(),
                seeds.get(index),
                Map.of());
    }

    /** What decides how the pictures look: the plan's, and what it starts from. */
    private Map<String, Object> looks() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", model);
        all.putAll(plan.parameters());
        RenderRequest.ImageRef image = request.inputs().image();
        if (image != null) {
            Map<String, Object> place = new LinkedHashMap<>();
            place.put("key", image.key());
            if (image.bucket() != null) {
                place.put("bucket", image.bucket());
            }
            all.put("image", place);
        }
        return all;
    }

    /** Every field as resolved. */
    private Map<String, Object> parameters() {
        Map<String, Object> all = looks();
        all.put("output", output(request.output()));
        all.put("priority", request.priority());
        if (request.tenant() != null) {
            all.put("tenant", request.tenant());
        }
        if (request.group() != null) {
            all.put("group", request.group());
        }
        if (request.expiresAt() != null) {
            all.put("expires_at", request.expiresAt().toString());
        }
        return all;
    }

    private static Map<String, Object> output(RenderRequest.Output given) {
        Map<String, Object> output = new LinkedHashMap<>();
        output.put("prefix", given.prefixOrDefault());
        output.put("format", jpeg(given) ? "jpeg" : "png");
        if (jpeg(given)) {
            output.put("quality", quality(given));
        }
        if (given.presignSeconds() != null) {
            output.put("presign_seconds", given.presignSeconds());
        }
        output.put("metadata", !Boolean.FALSE.equals(given.metadata()));
        return output;
    }

    private static boolean jpeg(RenderRequest.Output output) {
        return output.format() == RenderRequest.Format.JPEG;
    }

    private static int quality(RenderRequest.Output output) {
        return output.quality() == null ? JPEG_QUALITY : output.quality();
    }

    /** How to make this one picture again, as a request. Says nothing of time and place, so the file is always the same. */
    private String recipe(int index) {
        Map<String, Object> own = looks();
        own.remove("task"); // follows from the fields
        own.put("seed", seeds.get(index));
        own.put("num_images_per_prompt", 1);
        own.put("model_digest", modelDigest);
        try {
            return JSON.writeValueAsString(own);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters are plain values", e);
        }
    }
}
