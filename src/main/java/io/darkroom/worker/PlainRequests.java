package io.darkroom.worker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The plainest request that a model takes: two steps of its own size, of a text or of a class. */
final class PlainRequests implements Function<@Nullable String, Optional<RenderRequest>> {
    private static final int STEPS = 2;
    private static final int FEWEST = 1;

    private final RequestParser parser;

    PlainRequests(RequestParser parser) {
        this.parser = parser;
    }

    /** @param model null for the default one */
    @Override
    public Optional<RenderRequest> apply(@Nullable String model) {
        for (int steps : new int[] {STEPS, FEWEST}) {
            ObjectNode common = JsonNodeFactory.instance.objectNode();
            common.put("id", "self-test").put("num_inference_steps", steps).put("seed", 0);
            if (model != null) {
                common.put("model", model);
            }
            ObjectNode text = common.deepCopy().put("prompt", "a red apple on a wooden table");
            ObjectNode label = common.deepCopy();
            label.putArray("class_labels").add(0);
            for (ObjectNode each : List.of(text, label)) {
                if (parser.parse(record(each)) instanceof ParsedRequest.Valid valid) {
                    return Optional.of(valid.request());
                }
            }
        }
        return Optional.empty();
    }

    private static IncomingRecord record(ObjectNode json) {
        return new IncomingRecord(new Source("", 0, 0, null), "", 0, null, Bytes.utf8(json.toString()), List.of());
    }
}
