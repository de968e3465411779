package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads job records from the store. Calls block, and throw what the store throws. */
public final class JobRecords {
    /** Far above what an outcome can hold: 64 pictures and 50 problems. */
    public static final long LARGEST = 16L << 20;

    private static final Pattern ATTEMPT = Pattern.compile("attempt-([1-9][0-9]{0,8})(-end)?");

    private JobRecords() {}

    /** All that the store knows of a job. */
    public static JobRecord read(ObjectStore store, String bucket, JobKey key) {
        String folder = JobRecord.folder(key);
        List<String> keys = store.list(bucket, folder);
        List<JobRecord.Attempt> attempts = new ArrayList<>();
        List<CheckpointName> checkpoints = new ArrayList<>();
        for (String each : keys) {
            CheckpointName checkpoint = CheckpointName.read(each.substring(folder.length()));
            if (checkpoint != null) {
                checkpoints.add(checkpoint);
                continue;
            }
            Matcher name = ATTEMPT.matcher(each.substring(folder.length()));
            if (!name.matches() || name.group(2) != null) {
                continue;
            }
            Bytes content = content(store, bucket, each);
            if (content == null) {
                continue;
            }
            int number = Integer.parseInt(name.group(1));
            JobRecord.Attempt attempt = JobRecord.Attempt.read(number, content);
            if (attempt == null) {
                return new JobRecord(attempts, null, each);
            }
            String endKey = JobRecord.endKey(key, number);
            Bytes end = keys.contains(endKey) ? content(store, bucket, endKey) : null;
            attempts.add(attempt.with(end == null ? null : JobRecord.End.read(end)));
        }
        String outcomeKey = JobRecord.outcomeKey(key);
        Bytes outcome = keys.contains(outcomeKey) ? content(store, bucket, outcomeKey) : null;
        return new JobRecord(attempts, outcome, null, checkpoints);
    }

    /** How a job ended; null where it has not, or what is stored cannot be read. */
    public static @Nullable TerminalEvent outcome(ObjectStore store, String bucket, JobKey key) {
        Bytes stored = content(store, bucket, JobRecord.outcomeKey(key));
        return stored == null ? null : TerminalEvent.read(key, stored);
    }

    private static @Nullable Bytes content(ObjectStore store, String bucket, String key) {
        byte[] content = store.read(new ObjectStore.Location(bucket, key), LARGEST);
        return content == null ? null : Bytes.of(content);
    }
}
