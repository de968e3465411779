package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.RenderRequest.ClassLabel;
import io.darkroom.job.RenderRequest.Conditioning;
import io.darkroom.job.RenderRequest.Format;
import io.darkroom.job.RenderRequest.GeneratorDevice;
import io.darkroom.job.RenderRequest.Guidance;
import io.darkroom.job.RenderRequest.Guider;
import io.darkroom.job.RenderRequest.ImageRef;
import io.darkroom.job.RenderRequest.Inputs;
import io.darkroom.job.RenderRequest.Inversion;
import io.darkroom.job.RenderRequest.Lora;
import io.darkroom.job.RenderRequest.Output;
import io.darkroom.job.RenderRequest.Prompts;
import io.darkroom.job.RenderRequest.Scheduler;
import io.darkroom.job.RenderRequest.Size;
import io.darkroom.job.RenderRequest.Steps;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every field of a request, read once: its type, its range, its name. */
final class RequestFields {
    /** A JPEG ends at 65535 and a WebP at 16383; a picture of the pixel limit is at least 256 high at this width. */
    private static final int LONGEST_SIDE = 16_383;

    private static final double LARGEST_SCALE = 1_000_000;
    private static final int LONGEST_NAME = 128;
    private static final String A_LABEL = "a name of 1 to " + LONGEST_NAME + " characters, not all blank";
    private static final int MOST_LABELS = 16;
    private static final int MOST_LORAS = 64;
    private static final int LONGEST_LABEL = 256;
    private static final int WEEK_SECONDS = 7 * 24 * 3600;

    private final Limits limits;

    RequestFields(Limits limits) {
        this.limits = limits;
    }

    /** Reads a request; a field with a problem is null in it. */
    RenderRequest read(ObjectNode json, JobKey key, String digest, Problems problems) {
        return read(json, key, digest, problems, new SharedReads());
    }

    /**
     * As {@link #read(ObjectNode, JobKey, String, Problems)}, of what may have been read before.
     *
     * @param shared holds what was; its problems were reported then
     */
    RenderRequest read(ObjectNode json, JobKey key, String digest, Problems problems, SharedReads shared) {
        Fields fields = new Fields(json, "", problems);
        fields.given("id");
        Long seed = fields.longInteger("seed", 0, Long.MAX_VALUE, null);
        Integer priority = fields.integer("priority", 0, 9);
        RenderRequest request = new RenderRequest(
                key,
                digest,
                fields.names(),
                name(fields, "model"),
                fields.text("task", "\"reconstruct\"", "reconstruct"::equals),
                prompts(fields),
                classLabels(fields),
                steps(fields, shared),
                guidance(fields, shared),
                seed == null ? Ids.seed(key.id()) : seed,
                fields.choice("generator_device", GeneratorDevice.class),
                fields.integer("width", 1, LONGEST_SIDE, "pixels"),
                fields.integer("height", 1, LONGEST_SIDE, "pixels"),
                fields.integer("num_images_per_prompt", 1, limits.pictures(), "pictures"),
                conditioning(fields),
                inputs(fields),
                name(fields, "vae"),
                loras(fields),
                new SweepFields(limits, this, shared).read(fields, json, key, digest),
                output(fields),
                priority == null ? 5 : priority,
                label(fields, "tenant"),
                label(fields, "group"),
                labels(fields),
                expiresAt(fields),
                fields.integer("preview_every", 1, limits.steps(), "steps"));
        fields.refuseUnknown();
        return request;
    }

    private Prompts prompts(Fields fields) {
        return new Prompts(
                prompt(fields, "prompt"),
                prompt(fields, "prompt_2"),
                prompt(fields, "prompt_3"),
                prompt(fields, "negative_prompt"),
                prompt(fields, "negative_prompt_2"),
                prompt(fields, "negative_prompt_3"));
    }

    private @Nullable String prompt(Fields fields, String name) {
        JsonNode given = fields.given(name);
        if (given != null && given.isContainerNode()) {
            // Not what is in it: messages go into the log, prompts do not.
            fields.problems().add(fields.at(name), "expected text, got " + Fields.kind(given));
            return null;
        }
        String text = fields.text(name, "text", t -> true);
        if (text == null) {
            return null;
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > limits.promptBytes()) {
            fields.tooLarge(
                    fields.at(name), "at most " + limits.promptBytes() + " bytes", bytes + " bytes", "prompt-bytes");
            return null;
        }
        return text;
    }

    private @Nullable List<ClassLabel> classLabels(Fields fields) {
        JsonNode value = fields.given("class_labels");
        if (value == null || !value.isArray()) {
            ClassLabel one = value == null ? null : classLabel(fields, fields.at("class_labels"), value);
            return one == null ? null : List.of(one);
        }
        return fields.list(
                "class_labels",
                "a class id, a label, or a list of them",
                limits.pictures(),
                "pictures",
                (at, v) -> classLabel(fields, at, v));
    }

    private static @Nullable ClassLabel classLabel(Fields fields, String at, JsonNode value) {
        if (value.isTextual() && isLabel(value.textValue())) {
            return new ClassLabel.Name(value.textValue());
        }
        if (value.isNumber()) {
            Long id = fields.whole(at, value, 0, Integer.MAX_VALUE, null);
            return id == null ? null : new ClassLabel.Id(id.intValue());
        }
        fields.problems().add(at, "expected a class id or a label, got " + Fields.show(value));
        return null;
    }

    private Steps steps(Fields fields, SharedReads shared) {
        List<Integer> timesteps =
                fields.list("timesteps", "a list of whole numbers", limits.steps(), "steps", (at, v) -> {
                    Long one = fields.whole(at, v, 0, Integer.MAX_VALUE, null);
                    return one == null ? null : one.intValue();
                });
        List<Double> sigmas = fields.list(
                "sigmas",
                "a list of numbers",
                limits.steps(),
                "steps",
                (at, v) -> fields.real(at, v, 0, LARGEST_SCALE, "a number from 0 to " + LARGEST_SCALE));
        if (timesteps != null && sigmas != null) {
            fields.problems().add("sigmas", "expected only one of timesteps and sigmas, got both");
        }
        return new Steps(
                fields.integer("num_inference_steps", 1, limits.steps(), "steps"),
                timesteps,
                sigmas,
                fields.integer("original_inference_steps", 1, limits.steps(), "steps"),
                scheduler(fields, shared),
                fields.number("eta", 0, 1));
    }

    private static @Nullable Scheduler scheduler(Fields fields, SharedReads shared) {
        JsonNode value = fields.given("scheduler");
        if (value instanceof ObjectNode json) {
            Fields object = new Fields(json, fields.at("scheduler"), fields.problems());
            return shared.scheduler(json, () -> scheduler(object));
        }
        String name = fields.text("scheduler", "a scheduler's name, or an object of overrides", RequestFields::isLabel);
        return name == null ? null : new Scheduler(name, Map.of());
    }

    private static Scheduler scheduler(Fields object) {
        return new Scheduler(label(object, "_class_name"), object.others(Set.of("_class_name")));
    }

    private static Guidance guidance(Fields fields, SharedReads shared) {
        return new Guidance(
                scale(fields, "guidance_scale"),
                fields.number("guidance_rescale", 0, 1),
                scale(fields, "true_cfg_scale"),
                guider(fields, shared));
    }

    private static @Nullable Guider guider(Fields fields, SharedReads shared) {
        Fields object = fields.object("guider", "an object such as {\"_class_name\": \"AdaptiveProjectedGuidance\"}");
        return object == null ? null : shared.guider(object.json(), () -> guider(object));
    }

    private static Guider guider(Fields object) {
        Double start = object.number("start", 0, 1);
        Double stop = object.number("stop", 0, 1);
        if (start != null && stop != null && start > stop) {
            object.problems().add("guider.stop", "expected at least guider.start, " + start + ", got " + stop);
        }
        return new Guider(
                label(object, "_class_name"), start, stop, object.others(Set.of("_class_name", "start", "stop")));
    }

    private static Conditioning conditioning(Fields fields) {
        return new Conditioning(
                size(fields, "original_size"),
                size(fields, "crops_coords_top_left"),
                size(fields, "target_size"),
                size(fields, "negative_original_size"),
                size(fields, "negative_crops_coords_top_left"),
                size(fields, "negative_target_size"),
                fields.integer("max_sequence_length", 1, 512),
                fields.flag("prompt_weighting"),
                fields.integer("clip_skip", 0, 64));
    }

    private static @Nullable Size size(Fields fields, String name) {
        String expected = "a list of two whole numbers, [height, width] or [top, left]";
        List<Integer> pair = fields.list(name, expected, 2, null, (at, v) -> {
            Long one = fields.whole(at, v, 0, 1 << 20, null);
            return one == null ? null : one.intValue();
        });
        if (pair != null && pair.size() == 1) {
            fields.problems().add(fields.at(name), "expected " + expected + ", got " + pair);
        }
        return pair == null || pair.size() != 2 ? null : new Size(pair.get(0), pair.get(1));
    }

    private Inputs inputs(Fields fields) {
        Double start = fields.number("control_guidance_start", 0, 1);
        Double end = fields.number("control_guidance_end", 0, 1);
        if (start != null && end != null && start >= end) {
            fields.problems()
                    .add(
                            "control_guidance_end",
                            "expected a number above control_guidance_start, " + start + ", got " + end);
        }
        Double strength = fields.number("strength", Double.MIN_VALUE, 1, "a number above 0, up to 1");
        return new Inputs(
                imageRef(fields, "image"),
                strength,
                imageRef(fields, "mask_image"),
                inversion(fields),
                imageRef(fields, "control_image"),
                name(fields, "controlnet"),
                scale(fields, "controlnet_conditioning_scale"),
                start,
                end);
    }

    private static @Nullable ImageRef imageRef(Fields fields, String name) {
        Fields object = fields.object(name, "an object such as {\"key\": \"inputs/a.png\"}");
        if (object == null) {
            // One that cannot be read is there all the same: what goes with it is no problem of its own.
            return fields.given(name) == null ? null : new ImageRef("", null);
        }
        JsonNode given = object.given("key");
        String key = "";
        if (given == null || !given.isTextual()) {
            fields.problems()
                    .add(
                            object.at("key"),
                            "expected an object's key, got " + (given == null ? "nothing" : Fields.show(given)));
        } else {
            key = given.textValue();
            refuse(object, "key", key, ObjectKeys.problemOfKey(key));
        }
        String bucket = object.text("bucket", "a bucket's name", ObjectKeys::isBucket);
        object.refuseUnknown();
        return new ImageRef(key, bucket);
    }

    private @Nullable Inversion inversion(Fields fields) {
        Fields object = fields.object("inversion", "an object such as {\"prompt\": \"what the picture shows\"}");
        if (object == null) {
            return null;
        }
        Inversion inversion = new Inversion(
                prompt(object, "prompt"),
                object.integer("num_inference_steps", 1, limits.steps(), "steps"),
                scale(object, "guidance_scale"));
        object.refuseUnknown();
        return inversion;
    }

    private static List<Lora> loras(Fields fields) {
        JsonNode given = fields.given("loras");
        if (given != null && given.isArray() && given.isEmpty()) {
            // None, also where the model's own defaults have some.
            return List.of();
        }
        List<Lora> loras = fields.list(
                "loras", "a list of objects such as {\"name\": \"a\", \"scale\": 0.8}", MOST_LORAS, null, (at, v) -> {
                    if (!(v instanceof ObjectNode json)) {
                        fields.problems()
                                .add(at, "expected an object such as {\"name\": \"a\"}, got " + Fields.show(v));
                        return null;
                    }
                    Fields object = new Fields(json, at, fields.problems());
                    String name = name(object, "name");
                    Double scale = scale(object, "scale");
                    object.refuseUnknown();
                    if (name == null && !fields.problems().touch(object.at("name"))) {
                        fields.problems().add(object.at("name"), "expected a file of the model's loras, got nothing");
                    }
                    return name == null ? null : new Lora(name, scale == null ? 1 : scale);
                });
        return loras == null ? List.of() : loras;
    }

    private static Output output(Fields fields) {
        Fields object = fields.object("output", "an object such as {\"format\": \"png\"}");
        if (object == null) {
            return new Output(null, null, null, null, null);
        }
        String prefix = object.text("prefix", "text", t -> true);
        if (prefix != null) {
            prefix = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
            refuse(object, "prefix", prefix, ObjectKeys.problemOfPrefix(prefix));
        }
        Output output = new Output(
                prefix,
                object.choice("format", Format.class),
                object.integer("quality", 1, 100),
                object.integer("presign_seconds", 1, WEEK_SECONDS),
                object.flag("metadata"));
        object.refuseUnknown();
        return output;
    }

    private static Map<String, String> labels(Fields fields) {
        Map<String, String> labels = new LinkedHashMap<>();
        Fields object = fields.object("labels", "an object of up to " + MOST_LABELS + " short texts");
        if (object == null) {
            return labels;
        }
        // One that is null counts here all the same, as it does for JSON Schema, which the request is published in.
        int size = object.json().size();
        if (size > MOST_LABELS) {
            fields.problems().add("labels", "expected at most " + MOST_LABELS + ", got " + size);
            return labels;
        }
        object.json().fieldNames().forEachRemaining(name -> {
            String text = object.text(
                    name, "text of up to " + LONGEST_LABEL + " characters", t -> characters(t) <= LONGEST_LABEL);
            if (!isLabel(name)) {
                fields.problems().add(object.at(name), "expected " + A_LABEL + ", got " + Quote.of(name));
            } else if (text != null) {
                labels.put(name, text);
            }
        });
        return labels;
    }

    private static @Nullable Instant expiresAt(Fields fields) {
        String expected = "a time as in RFC 3339, such as \"2030-01-31T12:00:00Z\"";
        String text = fields.text("expires_at", expected, t -> Rfc3339.parse(t) != null);
        return text == null ? null : Rfc3339.parse(text);
    }

    private static @Nullable Double scale(Fields fields, String name) {
        return fields.number(name, -LARGEST_SCALE, LARGEST_SCALE);
    }

    private static @Nullable String name(Fields fields, String name) {
        return fields.text(name, "the name of a file or folder, without slashes", ObjectKeys::isName);
    }

    private static @Nullable String label(Fields fields, String name) {
        return fields.text(name, A_LABEL, RequestFields::isLabel);
    }

    private static boolean isLabel(String text) {
        return characters(text) <= LONGEST_NAME
                && !text.codePoints().allMatch(RequestFields::isBlank)
                && !Quote.brokenUnicode(text)
                && text.codePoints().noneMatch(Character::isISOControl);
    }

    /** As JSON Schema counts: a character beyond the first plane is one. */
    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    /** As regular expressions of JSON Schema have it (ECMA-262), a no-break space and a byte order mark included. */
    private static boolean isBlank(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0xFEFF;
    }

    private static void refuse(Fields fields, String name, String value, @Nullable String expected) {
        if (expected != null) {
            fields.problems().add(fields.at(name), "expected " + expected + ", got " + Quote.of(value));
        }
    }
}
