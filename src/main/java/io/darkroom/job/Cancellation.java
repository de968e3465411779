package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/**
 * Somebody no longer wants a job, or all jobs of a group.
 *
 * @param target the job's id, or the group's name
 * @param group whether the target is a group
 * @param reason what was given; {@code canceled} where nothing was
 * @param timestamp of its record, in milliseconds since 1970
 */
public record Cancellation(String target, boolean group, String reason, long timestamp) {
    private static final String GROUP = "group:";
    private static final int LONGEST_REASON = 1000;

    /**
     * Reads a record of the cancellations topic: the key is a job's id or {@code group:} and a name, the value
     * {@code {"reason": "…"}}, {@code {}}, empty or null. A value that cannot be read still cancels.
     *
     * @return null where the key names nothing
     */
    public static @Nullable Cancellation read(@Nullable Bytes key, @Nullable Bytes value, long timestamp) {
        if (key == null || key.size() == 0) {
            return null;
        }
        String text = key.text();
        boolean group = text.startsWith(GROUP);
        String target = group ? text.substring(GROUP.length()) : text;
        if (target.isEmpty() || (!group && !JobKey.isId(target))) {
            return null;
        }
        return new Cancellation(target, group, reason(value), timestamp);
    }

    private static String reason(@Nullable Bytes value) {
        var json = value == null || value.size() == 0 ? null : Json.readStored(value);
        String given = json == null ? "" : json.path("reason").asText("").strip();
        if (given.isEmpty() || Quote.brokenUnicode(given)) {
            return "canceled";
        }
        int codePoints = given.codePointCount(0, given.length());
        return codePoints <= LONGEST_REASON ? given : given.substring(0, given.offsetByCodePoints(0, LONGEST_REASON));
    }

    /**
     * Whether a job is meant. An id means that job at any time, so that a cancellation may overtake its request; a
     * group, and the id of a job that is replayed, mean only requests that are not newer than the cancellation.
     *
     * @param requestTimestamp of the request's record, in milliseconds since 1970
     */
    public boolean means(JobKey key, @Nullable String jobGroup, long requestTimestamp) {
        boolean older = requestTimestamp <= timestamp;
        if (group) {
            return target.equals(jobGroup) && older;
        }
        return target.equals(key.id()) && (key.generation() == 0 || older);
    }
}
