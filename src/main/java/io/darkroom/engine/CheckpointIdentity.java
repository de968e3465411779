package io.darkroom.engine;

import io.darkroom.pipeline.PlanDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a checkpoint must have in common with the job that takes it up: each by the name under which it is written. */
final class CheckpointIdentity {
    /** Raised whenever what is saved changes: a checkpoint of another version is not taken up. */
    static final String VERSION = "1";

    private CheckpointIdentity() {}

    static Map<String, String> of(Flight flight) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("format", "darkroom-checkpoint");
        identity.put("version", VERSION);
        identity.put("job", flight.work.job().key().name());
        identity.put("request_digest", flight.work.job().request().digest());
        identity.put("model", flight.pipeline.description().folder().name());
        identity.put("model_digest", flight.pipeline.description().folder().digest());
        identity.put("plan_digest", PlanDigest.of(flight.plans));
        return identity;
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
