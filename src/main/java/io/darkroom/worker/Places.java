package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.RequestCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** From where in the store requests may have pictures read, and to where written. */
final class Places implements RequestCheck {
    private final String bucket;
    private final Set<String> buckets;
    private final Set<String> inputs;
    private final Set<String> outputs;

    Places(DarkroomConfig.Storage config) {
        this.bucket = config.bucket();
        this.buckets = new TreeSet<>(config.inputBuckets().orElse(Set.of()));
        this.buckets.add(bucket);
        this.inputs = new TreeSet<>(config.inputPrefixes().orElse(Set.of()));
        this.outputs = new TreeSet<>(config.outputPrefixes().orElse(Set.of()));
    }

    /** The bucket that is meant where a request names none. */
    String bucket() {
        return bucket;
    }

    @Override
    public List<Problem> problems(RenderRequest request) {
        List<Problem> problems = new ArrayList<>();
        String prefix = request.output().prefixOrDefault();
        if (!within(prefix, outputs)) {
            problems.add(new Problem(
                    "output.prefix",
                    "expected one in " + String.join(", ", outputs) + " (darkroom.storage.output-prefixes), got \""
                            + prefix + "\"",
                    Failure.Code.INVALID_REQUEST));
        }
        RenderRequest.Inputs given = request.inputs();
        refusal("image", given.image()).ifPresent(problems::add);
        refusal("mask_image", given.maskImage()).ifPresent(problems::add);
        refusal("control_image", given.controlImage()).ifPresent(problems::add);
        return problems;
    }

    private Optional<Problem> refusal(String field, RenderRequest.@Nullable ImageRef at) {
        return at == null ? Optional.empty() : refusal(field, at.bucket() == null ? bucket : at.bucket(), at.key());
    }

    /** Why a picture may not be read; empty where it may. */
    Optional<Problem> refusal(String field, String from, String key) {
        if (!buckets.contains(from)) {
            return Optional.of(new Problem(
                    field + ".bucket",
                    "\"" + from + "\" is not among the buckets that pictures are read from: " + buckets,
                    Failure.Code.INPUT_NOT_FOUND));
        }
        return within(key, inputs)
                ? Optional.empty()
                : Optional.of(new Problem(
                        field + ".key",
                        "\"" + key + "\" is not in " + String.join(", ", inputs)
                                + ", where pictures are read from (darkroom.storage.input-prefixes)",
                        Failure.Code.INPUT_NOT_FOUND));
    }

    /** Whole segments count: {@code team} does not hold {@code teams/a}. */
    private static boolean within(String key, Set<String> roots) {
        return roots.isEmpty()
                || roots.stream()
                        .map(root -> root.endsWith("/") ? root.substring(0, root.length() - 1) : root)
                        .anyMatch(root -> key.equals(root) || key.startsWith(root + "/"));
    }
}
