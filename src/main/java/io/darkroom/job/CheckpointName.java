package io.darkroom.job;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which checkpoint of a job: {@code checkpoints/<attempt>-<step>} in its record.
 *
 * @param attempt that made it, counted from 1
 * @param step evaluations that were made by then, of all pictures together, over all attempts that led there
 */
public record CheckpointName(int attempt, int step) {
    /** The one to go on from first: attempts go on from each other's, so the newest is the furthest. */
    public static final Comparator<CheckpointName> FURTHEST_FIRST = Comparator.comparingInt(CheckpointName::step)
            .thenComparingInt(CheckpointName::attempt)
            .reversed();

    private static final String FOLDER = "checkpoints/";
    private static final Pattern NAME = Pattern.compile(FOLDER + "([1-9][0-9]{0,8})-([0-9]{1,9})");

    /** Where a job's checkpoints are: a prefix that ends in a slash. */
    public static String folder(JobKey job) {
        return JobRecord.folder(job) + FOLDER;
    }

    /** The object's key. */
    public String key(JobKey job) {
        return folder(job) + attempt + "-" + step;
    }

    /**
     * Where the outcome of a checkpoint's job is.
     *
     * @param checkpoint its key
     */
    public static String outcomeKey(String checkpoint) {
        return checkpoint.substring(0, checkpoint.lastIndexOf(FOLDER)) + JobRecord.OUTCOME;
    }

    /** Reads a key below the job's folder; null where it is no checkpoint's. */
    static @Nullable CheckpointName read(String below) {
        Matcher name = NAME.matcher(below);
        return name.matches()
                ? new CheckpointName(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)))
                : null;
    }

    @Override
    public String toString() {
        return attempt + "-" + step;
    }
}
