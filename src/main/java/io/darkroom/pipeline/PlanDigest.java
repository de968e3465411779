package io.darkroom.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The digest of everything that decides on pictures beside the model: every field as resolved, the scheduler, and the
 * pictures that are started from. Two plans with one digest give one picture on one model.
 */
public final class PlanDigest {
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    private PlanDigest() {}

    /** {@code sha256:} and the digest of some plans in their order. */
    public static String of(List<Plan> plans) {
        try {
            return sha256(JSON.writeValueAsBytes(
                    plans.stream().map(PlanDigest::content).toList()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters are plain values", e);
        }
    }

    private static List<Object> content(Plan plan) {
        Arguments a = plan.arguments();
        return List.of(
                plan.parameters(),
                plan.scheduler().values(),
                content(a.image()),
                content(a.maskImage()),
                content(a.control().image()));
    }

    private static String content(@Nullable InputImage image) {
        return image == null ? "" : image.width() + "x" + image.height() + " " + sha256(image.rgb());
    }

    private static String sha256(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
