package io.darkroom.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.job.RenderRequest;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for, as resolved: of a whole job for {@code result.json}, and of one picture for its file.
 *
 * @param model its name
 * @param request the job's
 * @param plans one; of a sweep one for each combination
 */
record Recipe(String model, RenderRequest request, List<Plan> plans) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SWEEP = "sweep";

    /** Every field as resolved. Of a sweep those that all its pictures have in common, and the sweep. */
    Map<String, Object> parameters() {
        Map<String, Object> all = looks(plans.get(0));
        RenderRequest.Sweep sweep = request.sweep();
        if (sweep != null) {
            for (Plan other : plans) {
                Map<String, Object> its = looks(other);
                all.entrySet().removeIf(field -> !field.getValue().equals(its.get(field.getKey())));
            }
            all.keySet().removeAll(sweep.values().keySet());
            all.put(SWEEP, resolved(sweep));
        }
        all.put("output", output());
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
        if (request.previewEvery() != null) {
            all.put("preview_every", request.previewEvery());
        }
        return all;
    }

    private Map<String, Object> resolved(RenderRequest.Sweep sweep) {
        Map<String, Object> resolved = new LinkedHashMap<>();
        sweep.values().forEach((field, given) -> resolved.put(field, new ArrayList<>(given)));
        for (int i = 0; i < plans.size(); i++) {
            Map<String, Object> own = plans.get(i).parameters();
            sweep.variants().get(i).indices().forEach((field, at) -> {
                if (own.containsKey(field) && resolved.get(field) instanceof List<?> values) {
                    List<Object> replaced = new ArrayList<>(values);
                    replaced.set(at, own.get(field));
                    resolved.put(field, replaced);
                }
            });
        }
        resolved.put("contact_sheet", sweep.contactSheet());
        return resolved;
    }

    /** What decides how the pictures look: the plan's, and what it starts from. */
    private Map<String, Object> looks(Plan plan) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", model);
        all.putAll(plan.parameters());
        place(all, "image", request.inputs().image());
        place(all, "mask_image", request.inputs().maskImage());
        place(all, "control_image", request.inputs().controlImage());
        return all;
    }

    private static void place(Map<String, Object> all, String field, RenderRequest.@Nullable ImageRef image) {
        if (image != null) {
            Map<String, Object> place = new LinkedHashMap<>();
            place.put("key", image.key());
            if (image.bucket() != null) {
                place.put("bucket", image.bucket());
            }
            all.put(field, place);
        }
    }

    private Map<String, Object> output() {
        RenderRequest.Output given = request.output();
        FileFormat format = FileFormat.of(given);
        Map<String, Object> output = new LinkedHashMap<>();
        output.put("prefix", given.prefixOrDefault());
        output.put("format", format.label());
        if (format.hasQuality()) {
            output.put("quality", FileFormat.quality(given));
        }
        if (given.presignSeconds() != null) {
            output.put("presign_seconds", given.presignSeconds());
        }
        output.put("metadata", !Boolean.FALSE.equals(given.metadata()));
        return output;
    }

    /**
     * How to make one picture again by itself, as a request. Says nothing of time and place, so the file is always the
     * same.
     *
     * @param index which of the plan's pictures
     */
    String of(Plan plan, int index, long seed) {
        Map<String, Object> own = looks(plan);
        own.remove("task"); // follows from the fields, but for one
        if (plan.task() == Task.RECONSTRUCTION) {
            own.put("task", "reconstruct");
        }
        own.put("seed", seed);
        if (own.containsKey("num_images_per_prompt")) {
            own.put("num_images_per_prompt", 1);
        }
        if (own.get("class_labels") instanceof List<?> labels) {
            own.put("class_labels", List.of(labels.get(index)));
        }
        try {
            return JSON.writeValueAsString(own);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters are plain values", e);
        }
    }
}
