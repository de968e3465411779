package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Nothing is in the bucket but job records, results, pictures, and what a killed worker has left of its check of the store.
 * Of a job that has completed, the pictures are those that were announced. Of another, a worker that was late may have
 * stored some after the end was told; they are what the job asks for nevertheless.
 */
final class Bucket {
    private static final Pattern RECORD =
            Pattern.compile("\\.darkroom/jobs/([^/]+)/(?:attempt-[0-9]+(?:-end)?|checkpoints/[0-9]+-[0-9]+|outcome)");
    private static final Pattern PICTURE = Pattern.compile("renders/([^/]+)/([0-9]+\\.png)");
    private static final Pattern RESULT = Pattern.compile("renders/([^/]+)/result\\.json");
    private static final Pattern SELF_CHECK = Pattern.compile("\\.darkroom/self-check/[0-9a-f-]{36}");

    private final Seen seen;
    private final Set<String> announced = new HashSet<>();
    private final Set<String> completed = new HashSet<>();

    private Bucket(Seen seen) {
        this.seen = seen;
        seen.terminal.forEach((id, events) -> {
            JsonNode data = events.get(0).path("value");
            data.path("outputs")
                    .forEach(output -> announced.add(output.path("key").asText()));
            if (data.path("status").asText().equals("completed")) {
                completed.add(id);
            }
        });
    }

    /** What ought not to be there. */
    static List<String> violations(Seen seen) {
        Bucket bucket = new Bucket(seen);
        List<String> violations = new ArrayList<>();
        seen.objects.forEach((key, object) -> {
            Matcher picture = PICTURE.matcher(key);
            if (picture.matches() && seen.jobs.containsKey(picture.group(1))) {
                if (!bucket.isDue(picture.group(1), picture.group(2), object)) {
                    violations.add(key + ": there, and not announced");
                }
            } else if (!bucket.isKnown(key)) {
                violations.add(key + ": there, and of no known kind");
            }
        });
        return violations;
    }

    private boolean isDue(String id, String name, JsonNode picture) {
        if (announced.contains(picture.path("key").asText())) {
            return true;
        }
        String reference = seen.job(id).path("reference").asText();
        JsonNode undisturbed = seen.objects.get("renders/" + reference + "/" + name);
        return !completed.contains(id)
                && undisturbed != null
                && undisturbed.path("sha256").equals(picture.path("sha256"));
    }

    private boolean isKnown(String key) {
        return SELF_CHECK.matcher(key).matches() || isOfAJob(RECORD.matcher(key)) || isOfAJob(RESULT.matcher(key));
    }

    private boolean isOfAJob(Matcher key) {
        return key.matches() && seen.jobs.containsKey(key.group(1));
    }
}
