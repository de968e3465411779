package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** How a job ended. */
public sealed interface Outcome {
    /** Bytes that a topic takes by Kafka's default, with some room for key and headers. */
    int LARGEST_EVENT = 1_000_000;

    /** What every outcome tells about its delivery. */
    Context context();

    /** The terminal event: its data are what is stored as the outcome, and for a completed job as {@code result.json}. */
    TerminalEvent event();

    /**
     * The delivery in which the outcome was reached.
     *
     * @param attempt counted from 1
     * @param worker the worker's name
     */
    record Context(JobKey key, int attempt, String worker, Source source, Map<String, String> labels) {
        public Context {
            labels = RenderRequest.ordered(labels);
        }
    }

    /**
     * Every picture is stored.
     *
     * @param timingsMs milliseconds by phase, in order
     * @param deviceMsLost what earlier attempts spent in vain
     */
    record Completed(
            Context context, Rendered rendered, List<Output> outputs, Map<String, Long> timingsMs, double deviceMsLost)
            implements Outcome {
        public Completed {
            outputs = List.copyOf(outputs);
            timingsMs = RenderRequest.ordered(timingsMs);
        }

        @Override
        public TerminalEvent event() {
            ObjectNode json = head(context, EventType.COMPLETED);
            json.put("model", rendered.model());
            json.put("model_digest", rendered.modelDigest());
            putOutputs(json, outputs);
            json.set("parameters", Json.value(rendered.parameters()));
            json.set("timings_ms", Json.value(timingsMs));
            ArrayNode warnings = json.putArray("warnings");
            for (Rendered.Warning warning : rendered.warnings()) {
                warnings.addObject().put("field", warning.field()).put("message", warning.message());
            }
            json.set("measurements", Json.value(rendered.measurements()));
            json.set("device_ms", tenths(rendered.deviceMs()));
            json.set("device_ms_lost", tenths(deviceMsLost));
            TerminalEvent whole = end(json, context, EventType.COMPLETED);
            int bytes = whole.data().size();
            if (bytes <= LARGEST_EVENT) {
                return whole;
            }
            // An event that its topic does not take would be tried for ever, and all jobs would wait for it.
            json.set("parameters", Json.object().put("omitted", "the event would have " + bytes + " bytes"));
            return end(json, context, EventType.COMPLETED);
        }
    }

    /** The request was at fault; {@code outputs} are the pictures that were stored before. */
    record Failed(Context context, Failure failure, List<Output> outputs) implements Outcome {
        public Failed {
            outputs = List.copyOf(outputs);
        }

        @Override
        public TerminalEvent event() {
            ObjectNode json = head(context, EventType.FAILED);
            ObjectNode error = json.putObject("error");
            error.put("code", failure.code().wireName());
            error.put("message", failure.message());
            ArrayNode problems = error.putArray("problems");
            for (Problem problem : failure.problems()) {
                problems.addObject().put("field", problem.field()).put("message", problem.message());
            }
            putOutputs(json, outputs);
            return end(json, context, EventType.FAILED);
        }
    }

    /** Somebody no longer wants it; {@code outputs} are the pictures that were stored before. */
    record Canceled(Context context, String reason, List<Output> outputs) implements Outcome {
        public Canceled {
            outputs = List.copyOf(outputs);
        }

        @Override
        public TerminalEvent event() {
            ObjectNode json = head(context, EventType.CANCELED);
            json.put("reason", reason);
            putOutputs(json, outputs);
            return end(json, context, EventType.CANCELED);
        }
    }

    private static ObjectNode head(Context context, EventType type) {
        return Json.object().put("id", context.key().id()).put("status", type.status());
    }

    /** The pictures by themselves, and a contact sheet, which is none of them, beside them. */
    private static void putOutputs(ObjectNode json, List<Output> outputs) {
        ArrayNode array = json.putArray("outputs");
        for (Output output : outputs) {
            if (output.seed() == null) {
                put(json.putObject("contact_sheet"), output);
                continue;
            }
            ObjectNode one = array.addObject();
            put(one, output);
            one.put("seed", output.seed());
            if (!output.swept().isEmpty()) {
                one.set("sweep", Json.value(output.swept()));
            }
        }
    }

    private static void put(ObjectNode json, Output output) {
        json.put("bucket", output.at().bucket());
        json.put("key", output.at().key());
        json.put("media_type", output.mediaType());
        json.put("width", output.width());
        json.put("height", output.height());
        json.put("bytes", output.bytes());
        json.put("sha256", output.sha256());
    }

    private static TerminalEvent end(ObjectNode json, Context context, EventType type) {
        json.put("attempt", context.attempt());
        json.put("worker", context.worker());
        json.set("source", Json.source(context.source()));
        json.set("labels", Json.value(context.labels()));
        return TerminalEvent.of(context.key(), type, json);
    }

    /** Milliseconds to a tenth, a whole number without a fraction (as {@code 0}). */
    private static JsonNode tenths(double ms) {
        double rounded = Math.round(ms * 10) / 10.0;
        return rounded == Math.rint(rounded) ? Json.value((long) rounded) : Json.value(rounded);
    }
}
