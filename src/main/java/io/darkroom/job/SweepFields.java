package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.RenderRequest.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A sweep: each of its values is checked as if the field had been given with it. */
final class SweepFields {
    private static final String CONTACT_SHEET = "contact_sheet";
    /** What all pictures of a job share. */
    private static final Set<String> SHARED = Set.of(
            "id",
            "model",
            "task",
            "class_labels",
            "num_images_per_prompt",
            "sweep",
            "output",
            "priority",
            "tenant",
            "group",
            "labels",
            "expires_at",
            "preview_every");

    private static final JobKey ANY = new JobKey("sweep", 0);

    private final Limits limits;
    private final RequestFields request;

    SweepFields(Limits limits, RequestFields request) {
        this.limits = limits;
        this.request = request;
    }

    @Nullable
    Sweep read(Fields fields) {
        Fields object = fields.object("sweep", "an object such as {\"guidance_scale\": [1, 7.5]}");
        if (object == null) {
            return null;
        }
        Boolean contactSheet = object.flag(CONTACT_SHEET);
        Map<String, List<Object>> values = new LinkedHashMap<>();
        long pictures = 1;
        for (String name : object.names()) {
            if (name.equals(CONTACT_SHEET)) {
                continue;
            }
            List<Object> swept = SHARED.contains(name) ? notSwept(object, name) : values(object, name);
            values.put(name, swept);
            pictures = Math.min(Integer.MAX_VALUE, pictures * Math.max(1, swept.size()));
        }
        if (values.isEmpty()) {
            fields.problems().add("sweep", "expected at least one field with a list of values, got none");
        }
        if (pictures > limits.sweep()) {
            fields.tooLarge("sweep", "at most " + limits.sweep() + " pictures", pictures + " pictures", "sweep");
        }
        return new Sweep(values, Boolean.TRUE.equals(contactSheet));
    }

    private static List<Object> notSwept(Fields object, String name) {
        object.problems()
                .add(object.at(name), "expected a field that can differ between pictures, got " + Quote.of(name));
        return List.of();
    }

    private List<Object> values(Fields object, String name) {
        List<Object> values = object.list(name, "a list of values", limits.sweep(), "sweep", (at, v) -> {
            check(at, name, v, object.problems());
            return Fields.free(v);
        });
        return values == null ? List.of() : values;
    }

    private void check(String at, String name, JsonNode value, Problems problems) {
        ObjectNode alone = JsonNodeFactory.instance.objectNode();
        alone.set(name, value);
        Problems found = new Problems();
        request.read(alone, ANY, "", found);
        List<Problem> all = new ArrayList<>(found.list());
        if (value.isNull()) {
            all.add(new Problem(name, "expected a value, got null"));
        }
        for (Problem problem : all) {
            String below = problem.field().startsWith(name) ? problem.field().substring(name.length()) : "";
            problems.add(new Problem(Quote.bare(at + below), problem.message(), problem.code()));
        }
    }
}
