package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.RenderRequest.Sweep;
import io.darkroom.job.RenderRequest.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sweep: each of its values is checked as if the field had been given with it, and each combination is read as a
 * request of its own.
 */
final class SweepFields {
    private static final String SWEEP = "sweep";
    /** Beside the fields that are swept. */
    static final String CONTACT_SHEET = "contact_sheet";
    /** What all pictures of a job share. */
    private static final Set<String> SHARED = Set.of(
            "id",
            "model",
            "task",
            "image",
            "mask_image",
            "control_image",
            "vae",
            "loras",
            "num_images_per_prompt",
            SWEEP,
            "output",
            "priority",
            "tenant",
            "group",
            "labels",
            "expires_at",
            "preview_every");

    private static final JobKey ANY = new JobKey(SWEEP, 0);

    private final Limits limits;
    private final RequestFields request;
    private final SharedReads shared;

    /** @param shared what is read of the whole request, which the sweep's pictures have too */
    SweepFields(Limits limits, RequestFields request, SharedReads shared) {
        this.limits = limits;
        this.request = request;
        this.shared = shared;
    }

    /** @param whole the request that the sweep is part of */
    @Nullable
    Sweep read(Fields fields, ObjectNode whole, JobKey key, String digest) {
        Fields object = fields.object(SWEEP, "an object such as {\"guidance_scale\": [1, 7.5]}");
        if (object == null) {
            return null;
        }
        Boolean contactSheet = object.flag(CONTACT_SHEET);
        Map<String, List<Object>> values = new LinkedHashMap<>();
        for (String name : object.names()) {
            if (!name.equals(CONTACT_SHEET)) {
                values.put(name, SHARED.contains(name) ? notSwept(object, name) : values(object, name));
            }
        }
        if (values.isEmpty()) {
            fields.problems().add(SWEEP, "expected at least one field with a list of values, got none");
        }
        Sweep sweep = new Sweep(values, Boolean.TRUE.equals(contactSheet), List.of());
        long pictures = sweep.combinations();
        if (pictures > limits.sweep()) {
            fields.tooLarge(SWEEP, "at most " + limits.sweep() + " pictures", pictures + " pictures", SWEEP);
            return sweep;
        }
        if (values.isEmpty() || values.values().stream().anyMatch(List::isEmpty)) {
            return sweep;
        }
        List<Variant> variants = new Combinations(whole, key, digest, fields.problems()).of(values);
        return new Sweep(values, sweep.contactSheet(), variants);
    }

    private static List<Object> notSwept(Fields object, String name) {
        object.problems()
                .add(object.at(name), "expected a field that can differ between pictures, got " + Quote.of(name));
        return List.of();
    }

    private List<Object> values(Fields object, String name) {
        List<Object> values = object.list(name, "a list of values", limits.sweep(), SWEEP, (at, v) -> {
            if (object.problems().full()) {
                return null; // reading each of what may be thousands more takes long, and would not be told
            }
            List<Problem> wrong = problems(at, name, v);
            wrong.forEach(object.problems()::add);
            return wrong.isEmpty() ? Fields.free(v) : null;
        });
        return values == null ? List.of() : values;
    }

    private List<Problem> problems(String at, String name, JsonNode value) {
        ObjectNode alone = JsonNodeFactory.instance.objectNode();
        alone.set(name, value);
        Problems found = new Problems();
        request.read(alone, ANY, "", found, shared);
        List<Problem> all = new ArrayList<>(found.list());
        if (value.isNull()) {
            all.add(new Problem(name, "expected a value, got null"));
        }
        return all.stream()
                .map(problem -> {
                    String field = problem.field();
                    String below = field.startsWith(name) ? field.substring(name.length()) : "";
                    return new Problem(Quote.bare(at + below), problem.message(), problem.code());
                })
                .toList();
    }

    /** Reads each combination of sound values; problems that only their meeting shows are reported once. */
    private final class Combinations {
        private final ObjectNode base;
        private final ObjectNode swept;
        private final JobKey key;
        private final String digest;
        private final Problems problems;
        private final Set<Problem> known = new LinkedHashSet<>();

        Combinations(ObjectNode whole, JobKey key, String digest, Problems problems) {
            this.base = JsonNodeFactory.instance.objectNode().setAll(whole);
            base.remove(SWEEP);
            this.swept = (ObjectNode) whole.get(SWEEP);
            this.key = key;
            this.digest = digest;
            this.problems = problems;
            Problems alone = Problems.ofAnotherReading();
            request.read(base, key, digest, alone, shared);
            known.addAll(alone.list());
        }

        List<Variant> of(Map<String, List<Object>> values) {
            int pictures = values.values().stream().mapToInt(List::size).reduce(1, (a, b) -> a * b);
            List<Variant> variants = new ArrayList<>();
            for (int i = 0; i < pictures; i++) {
                variants.add(variant(indices(values, i)));
            }
            return variants;
        }

        private Variant variant(Map<String, Integer> indices) {
            ObjectNode json = JsonNodeFactory.instance.objectNode().setAll(base);
            indices.forEach((name, i) -> json.set(name, swept.get(name).get(i)));
            Problems found = Problems.ofAnotherReading();
            Variant variant = new Variant(indices, request.read(json, key, digest, found, shared));
            for (Problem problem : found.list()) {
                Problem placed = new Problem(variant.path(problem.field()), problem.message(), problem.code());
                if (!known.contains(problem) && known.add(placed)) {
                    problems.add(placed);
                }
            }
            return variant;
        }
    }

    /** Which value each field has in the i-th picture: the last field varies fastest. */
    private static Map<String, Integer> indices(Map<String, List<Object>> values, int picture) {
        List<String> names = new ArrayList<>(values.keySet());
        int[] at = new int[names.size()];
        int rest = picture;
        for (int i = names.size() - 1; i >= 0; i--) {
            int size = values.getOrDefault(names.get(i), List.of()).size();
            at[i] = rest % size;
            rest /= size;
        }
        Map<String, Integer> indices = new LinkedHashMap<>();
        for (int i = 0; i < at.length; i++) {
            indices.put(names.get(i), at[i]);
        }
        return indices;
    }
}
