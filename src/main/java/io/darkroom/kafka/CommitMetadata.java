package io.darkroom.kafka;

import io.darkroom.job.Offsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The text beside a committed offset: which records above it are settled, so that a new owner skips them, as Confluent's
 * parallel consumer does, and which are begun, so that it does them first. {@code darkroom/2 <topic id> 2-5,9 0,7}: ranges
 * relative to the offset, settled ones first. Kafka takes 4,096 bytes of it; where there is more, the highest are left out,
 * and are met in the job record instead. {@code darkroom/1} had no second list, and is read.
 */
final class CommitMetadata {
    /** The broker's {@code offset.metadata.max.bytes}, as shipped. */
    static final int LIMIT = 4096;

    private static final String VERSION = "darkroom/2";
    private static final String FIRST_VERSION = "darkroom/1";

    /** More than any window holds; a text that promises more is not ours. */
    private static final int MOST = 1_000_000;

    private CommitMetadata() {}

    /** @param topicId of the topic as it is now: one made anew under the same name has another */
    static String write(String topicId, Offsets.Commit commit) {
        StringBuilder text = new StringBuilder(VERSION + " " + topicId + " ");
        // Settled ones first, and room for the space.
        append(text, commit.settledAbove(), commit.offset(), LIMIT - 1);
        text.append(' ');
        append(text, commit.begun(), commit.offset(), LIMIT);
        return text.toString();
    }

    /** Whether the text has room for all that is settled. */
    static boolean holds(String topicId, Offsets.Commit commit) {
        return read(topicId, commit.offset(), write(topicId, commit)).endsLike(commit);
    }

    private static void append(StringBuilder text, List<Long> offsets, long base, int limit) {
        boolean first = true;
        for (int i = 0; i < offsets.size(); ) {
            int last = i;
            while (last + 1 < offsets.size() && offsets.get(last + 1) == offsets.get(last) + 1) {
                last++;
            }
            long from = offsets.get(i) - base;
            String range = (first ? "" : ",") + from + (last == i ? "" : "-" + (offsets.get(last) - base));
            if (text.length() + range.length() > limit) {
                return;
            }
            text.append(range);
            first = false;
            i = last + 1;
        }
    }

    /** What was committed; nothing above the offset where the text is not ours, or is about another topic. */
    static Offsets.Commit read(String topicId, long offset, String text) {
        String[] parts = text.split(" ", -1);
        int lists = parts[0].equals(VERSION) ? 2 : parts[0].equals(FIRST_VERSION) ? 1 : 0;
        if (lists == 0 || parts.length != 2 + lists || !parts[1].equals(topicId)) {
            return Offsets.Commit.at(offset);
        }
        try {
            List<Long> begun = lists == 2 ? offsets(parts[3], offset) : List.of();
            return new Offsets.Commit(offset, offsets(parts[2], offset), begun);
        } catch (IllegalArgumentException e) { // cut, or another's: the job records know
            return Offsets.Commit.at(offset);
        }
    }

    private static List<Long> offsets(String ranges, long base) {
        List<Long> offsets = new ArrayList<>();
        if (ranges.isEmpty()) {
            return offsets;
        }
        for (String range : ranges.split(",", -1)) {
            int dash = range.indexOf('-');
            long from = Long.parseLong(dash < 0 ? range : range.substring(0, dash));
            long to = dash < 0 ? from : Long.parseLong(range.substring(dash + 1));
            if (from < 0 || to < from || to - from >= MOST - offsets.size()) {
                throw new IllegalArgumentException(range);
            }
            for (long i = from; i <= to; i++) {
                offsets.add(base + i);
            }
        }
        return offsets;
    }
}
