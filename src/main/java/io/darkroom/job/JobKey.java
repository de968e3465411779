package io.darkroom.job;

import java.util.regex.Pattern;

/**
 * What makes a job one and the same: its id, and its generation, which is 0 unless the replay command raised it.
 *
 * @param id a letter or digit, then up to 127 of {@code A-Z a-z 0-9 . _ -}
 */
public record JobKey(String id, int generation) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public JobKey {
        if (!isId(id)) {
            throw new IllegalArgumentException("no job id: " + Quote.of(id));
        }
        if (generation < 0) {
            throw new IllegalArgumentException("a generation is 0 or more, not " + generation);
        }
    }

    /** Whether a text can be a job's id. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The job's folder name: the id, and for later generations a tilde (which no id holds) and the generation. */
    public String name() {
        return generation == 0 ? id : id + "~" + generation;
    }

    /** The {@code ce_id} of the terminal event: a function of id and generation, so the same for every copy. */
    public String eventId() {
        return id + "~" + generation;
    }
}
