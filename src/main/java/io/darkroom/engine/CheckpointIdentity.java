package io.darkroom.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.darkroom.job.Bytes;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a checkpoint must have in common with the job that takes it up: each by the name under which it is written. */
final class CheckpointIdentity {
    /** Raised whenever what is saved changes: a checkpoint of another version is not taken up. */
    static final String VERSION = "1";

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    private CheckpointIdentity() {}

    static Map<String, String> of(Flight flight) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("format", "darkroom-checkpoint");
        identity.put("version", VERSION);
        identity.put("job", flight.work.job().key().name());
        identity.put("request_digest", flight.work.job().request().digest());
        identity.put("model", flight.pipeline.description().folder().name());
        identity.put("model_digest", flight.pipeline.description().folder().digest());
        identity.put("plan_digest", digest(List.of(flight.plan)));
        return identity;
    }

    /** Of everything that decides on the pictures beside the model: every field as resolved, and what they start from. */
    private static String digest(List<Plan> plans) {
        try {
            return "sha256:"
                    + Bytes.of(JSON.writeValueAsBytes(plans.stream()
                                    .map(CheckpointIdentity::content)
                                    .toList()))
                            .sha256();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters are plain values", e);
        }
    }

    private static List<Object> content(Plan plan) {
        Arguments a = plan.arguments();
        return List.of(plan.parameters(), plan.scheduler().values(), digest(a.image()), digest(a.maskImage()));
    }

    private static String digest(@Nullable InputImage image) {
        return image == null
                ? ""
                : image.width() + "x" + image.height() + " "
                        + Bytes.of(image.rgb()).sha256();
    }

    /** @throws UnusableCheckpointException naming what is another */
    static void require(CheckpointFile file, Flight flight) throws UnusableCheckpointException {
        for (Map.Entry<String, String> own : of(flight).entrySet()) {
            String its = file.metadata().get(own.getKey());
            if (!own.getValue().equals(its)) {
                throw new UnusableCheckpointException(
                        "its " + own.getKey() + " is " + its + ", expected " + own.getValue(), true);
            }
        }
    }
}
