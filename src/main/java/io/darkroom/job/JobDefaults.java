package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model's own defaults ({@code darkroom.json}) say of a job, not of a picture: its task, what it sweeps, its place in
 * the queue, where its files go. Unlike a pipeline's arguments these are needed as soon as a request is read. Immutable.
 */
public final class JobDefaults {
    /** Of a model that says nothing. */
    public static final JobDefaults NONE = new JobDefaults(Json.object());

    private static final String OUTPUT = "output";
    private static final String SWEEP = "sweep";
    private static final Set<String> NAMES =
            Set.of("task", SWEEP, "priority", "tenant", "group", "labels", "expires_at");
    private static final Set<String> OUTPUT_NAMES = Set.of("prefix", "presign_seconds");

    private final ObjectNode fields;

    private JobDefaults(ObjectNode fields) {
        this.fields = fields;
    }

    /**
     * Of a model.
     *
     * @param file all that its {@code darkroom.json} says, by name; what is not of a job is passed over
     */
    public static JobDefaults of(Map<String, Object> file) {
        ObjectNode fields = Json.object();
        NAMES.stream()
                .filter(name -> file.get(name) != null)
                .forEach(name -> fields.set(name, Json.value(file.get(name))));
        if (Json.value(file.get(OUTPUT)) instanceof ObjectNode output) {
            ObjectNode own = output.retain(OUTPUT_NAMES);
            if (!own.isEmpty()) {
                fields.set(OUTPUT, own);
            }
        }
        return fields.isEmpty() ? NONE : new JobDefaults(fields);
    }

    /** What is wrong with them, as it would be with a request's. */
    public List<Problem> problems(Limits limits) {
        Problems problems = new Problems();
        if (!fields.isEmpty()) {
            new RequestFields(limits).read(fields, new JobKey("defaults", 0), "", problems);
        }
        return problems.list();
    }

    /**
     * A request with what it leaves open filled in. Of a sweep that is a default, what the request itself gives is not swept.
     *
     * @param request is left as it is
     */
    ObjectNode under(ObjectNode request) {
        ObjectNode whole = Json.object();
        whole.setAll(request);
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            String name = field.getKey();
            JsonNode given = request.get(name);
            if (given == null || given.isNull()) {
                whole.set(name, field.getValue());
            } else if (name.equals(OUTPUT) && given instanceof ObjectNode output) {
                ObjectNode both = Json.object();
                both.setAll((ObjectNode) field.getValue());
                output.properties().forEach(own -> {
                    if (!own.getValue().isNull()) {
                        both.set(own.getKey(), own.getValue());
                    }
                });
                whole.set(name, both);
            }
        }
        return isFilled(request, SWEEP) && fields.get(SWEEP) instanceof ObjectNode sweep
                ? narrowed(whole, sweep, request)
                : whole;
    }

    private static ObjectNode narrowed(ObjectNode whole, ObjectNode sweep, ObjectNode request) {
        ObjectNode left = sweep.deepCopy();
        sweep.fieldNames().forEachRemaining(name -> {
            if (request.hasNonNull(name)) {
                left.remove(name);
            }
        });
        if (left.deepCopy().without("contact_sheet").isEmpty()) {
            whole.remove(SWEEP);
        } else {
            whole.set(SWEEP, left);
        }
        return whole;
    }

    /** Whether a field of a request is from here. */
    boolean isFilled(ObjectNode request, String name) {
        return fields.has(name) && !request.hasNonNull(name);
    }
}
