package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.sampling.Nearest;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which fields a model's {@code darkroom.json} may have, and why not the others: what is not used is never passed over. */
final class DefaultNames {
    /** Beside a request's fields: how this model's VAE works. */
    private static final Set<String> OWN = Set.of(VaeTiling.KEY);

    /** Of a job, not of its pictures: whoever reads requests fills them in, and holds their values against the same rules. */
    private static final Set<String> OF_JOBS =
            Set.of("task", "sweep", "priority", "tenant", "group", "labels", "expires_at");

    private static final String OF_REQUEST = "is each request's own";

    /** Fields of a request of which a model can have no default. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("id", OF_REQUEST),
            Map.entry("prompt", OF_REQUEST),
            Map.entry("prompt_2", OF_REQUEST),
            Map.entry("prompt_3", OF_REQUEST),
            Map.entry("image", OF_REQUEST),
            Map.entry("mask_image", OF_REQUEST),
            Map.entry("control_image", OF_REQUEST),
            Map.entry("inversion.prompt", OF_REQUEST),
            Map.entry("model", "is this folder's name"));

    private static final Map<String, Set<String>> OBJECTS = Map.of(
            "output",
            Set.of("format", "quality", "metadata", "prefix", "presign_seconds"),
            "inversion",
            Set.of("num_inference_steps", "guidance_scale"));

    private DefaultNames() {}

    /**
     * Looks at every name.
     *
     * @throws io.darkroom.model.ModelUnavailableException for the first that is not accepted, naming it and what is
     */
    static void check(ModelFolder folder, Family family) {
        DefaultsFile file = DefaultsFile.of(folder);
        Set<String> accepted = ofPictures(family);
        accepted.addAll(OWN);
        accepted.addAll(OF_JOBS);
        check(file, accepted);
        OBJECTS.forEach((object, fields) -> check(file.object(object), fields));
        Set<String> swept = ofPictures(family);
        swept.add("contact_sheet");
        // It goes with a prompt of its own.
        swept.remove("inversion");
        check(file.object("sweep"), swept);
    }

    private static void check(DefaultsFile file, Set<String> accepted) {
        for (String name : file.names()) {
            String reason = REFUSED.get(file.path().equals("sweep.") ? name : file.path() + name);
            if (reason != null) {
                throw file.unfitting(name, "none: it " + reason + ", so a model has no default for it");
            }
            if (!accepted.contains(name)) {
                throw file.unfitting(
                        name,
                        "none: a " + file.folder().pipelineClass() + " has no such field; the nearest that it has is \""
                                + Nearest.of(name, accepted) + "\"");
            }
        }
    }

    private static Set<String> ofPictures(Family family) {
        Set<String> accepted = new TreeSet<>(family.fields());
        accepted.addAll(Fields.COMMON);
        accepted.addAll(Fields.OF_TASKS);
        accepted.addAll(RequestDefaults.FIELDS);
        // Which every family can leave off.
        accepted.add("prompt_weighting");
        accepted.removeAll(REFUSED.keySet());
        return accepted;
    }
}
