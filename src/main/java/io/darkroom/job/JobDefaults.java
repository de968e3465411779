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
    /** One choice: where a request makes it, none of them is swept by default. */
    private static final Set<String> SCHEDULE = Set.of("num_inference_steps", "timesteps", "sigmas");

    /** What goes with a picture that a request may not have. */
    private static final Map<String, String> OF_PICTURE = Map.of(
            "strength", "image",
            "controlnet", "control_image",
            "controlnet_conditioning_scale", "control_image",
            "control_guidance_start", "control_image",
            "control_guidance_end", "control_image");

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
     * A request with what it leaves open filled in. Of a sweep that is a default holds what goes with the request: nothing that
     * it gives itself, nor what belongs to a picture that it does not have.
     *
     * @param request is left as it is; itself where there is nothing to fill in
     */
    ObjectNode under(ObjectNode request) {
        if (fields.isEmpty()) {
            return request;
        }
        ObjectNode whole = Json.object();
        whole.setAll(request);
        fields.properties().stream()
                .filter(own -> !request.hasNonNull(own.getKey()))
                .forEach(own -> whole.set(own.getKey(), own.getValue()));
        if (fields.get(OUTPUT) instanceof ObjectNode own && request.get(OUTPUT) instanceof ObjectNode output) {
            ObjectNode both = whole.putObject(OUTPUT);
            both.setAll(own);
            output.properties().stream()
                    .filter(given -> !given.getValue().isNull())
                    .forEach(given -> both.set(given.getKey(), given.getValue()));
        }
        if (isFilled(request, SWEEP) && fields.get(SWEEP) instanceof ObjectNode sweep) {
            ObjectNode left = swept(sweep, whole);
            if (left.size() > (left.has(SweepFields.CONTACT_SHEET) ? 1 : 0)) {
                whole.set(SWEEP, left);
            } else {
                whole.remove(SWEEP);
            }
        }
        return whole;
    }

    private static ObjectNode swept(ObjectNode sweep, ObjectNode request) {
        ObjectNode left = Json.object();
        // The VAE alone has nothing to sweep.
        if (request.hasNonNull("task")) {
            return left;
        }
        boolean schedule = SCHEDULE.stream().anyMatch(request::hasNonNull);
        for (Map.Entry<String, JsonNode> each : sweep.properties()) {
            String name = each.getKey();
            String picture = OF_PICTURE.get(name);
            boolean chosen = request.hasNonNull(name) || (schedule && SCHEDULE.contains(name));
            if (!chosen && (picture == null || request.hasNonNull(picture))) {
                left.set(name, each.getValue());
            }
        }
        return left;
    }

    /**
     * Whether a field of a request is from here.
     *
     * @param path as in a problem: {@code labels}, {@code output.prefix}
     */
    boolean isFilled(ObjectNode request, String path) {
        String[] names = path.split("[.\\[]", 3);
        if (!request.hasNonNull(names[0])) {
            return fields.has(names[0]);
        }
        // Of this one each field is by itself.
        return names[0].equals(OUTPUT)
                && names.length > 1
                && fields.path(OUTPUT).has(names[1])
                && request.get(OUTPUT) instanceof ObjectNode given
                && !given.hasNonNull(names[1]);
    }
}
