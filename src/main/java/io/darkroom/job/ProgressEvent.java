package io.darkroom.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;

/**
 * How far a job is.
 *
 * @param previews whether the job has asked for previews, with this step or with others
 */
public record ProgressEvent(
        JobKey key, Renderer.Step step, boolean previews, Map<String, String> labels, TraceContext trace) {
    /** The event's data: {@code {id, phase, step, steps, eta_ms, preview: {media_type, base64}, labels}}. */
    public Bytes data() {
        ObjectNode json = Json.object();
        json.put("id", key.id());
        json.put("phase", step.phase());
        json.put("step", step.step());
        json.put("steps", step.steps());
        if (step.etaMs() >= 0) {
            json.put("eta_ms", step.etaMs());
        }
        Renderer.Preview preview = step.preview();
        if (preview != null) {
            ObjectNode picture = json.putObject("preview");
            picture.put("media_type", preview.mediaType());
            picture.put(
                    "base64",
                    Base64.getEncoder().encodeToString(preview.content().array()));
        }
        json.set("labels", Json.value(labels));
        return Json.write(json);
    }
}
