package io.darkroom.kafka;

import io.darkroom.job.Offsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The text beside a committed offset: which records above it are settled, so that a new owner skips them, as Confluent's
 * parallel consumer does. {@code darkroom/1 <topic id> 2-5,9}: ranges relative to the offset. Kafka takes 4,096 bytes of
 * it; where there is more, the highest are left out, and are met in the job record instead.
 */
final class CommitMetadata {
    /** The broker's {@code offset.metadata.max.bytes}, as shipped. */
    static final int LIMIT = 4096;

    private static final String VERSION = "darkroom/1";

    /** More than any window holds; a text that promises more is not ours. */
    private static final int MOST_ABOVE = 1_000_000;

    private CommitMetadata() {}

    /** @param topicId of the topic as it is now: one made anew under the same name has another */
    static String write(String topicId, Offsets.Commit commit) {
        StringBuilder text = new StringBuilder(VERSION + " " + topicId + " ");
        List<Long> above = commit.settledAbove();
        boolean first = true;
        for (int i = 0; i < above.size(); ) {
            int last = i;
            while (last + 1 < above.size() && above.get(last + 1) == above.get(last) + 1) {
                last++;
            }
            long from = above.get(i) - commit.offset();
            String range = from + (last == i ? "" : "-" + (above.get(last) - commit.offset()));
            if (text.length() + 1 + range.length() > LIMIT) {
                break;
            }
            text.append(first ? "" : ",").append(range);
            first = false;
            i = last + 1;
        }
        return text.toString();
    }

    /** What was committed; nothing above the offset where the text is not ours, or is about another topic. */
    static Offsets.Commit read(String topicId, long offset, String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION) || !parts[1].equals(topicId) || parts[2].isEmpty()) {
            return new Offsets.Commit(offset, List.of());
        }
        List<Long> above = new ArrayList<>();
        try {
            for (String range : parts[2].split(",", -1)) {
                int dash = range.indexOf('-');
                long from = Long.parseLong(dash < 0 ? range : range.substring(0, dash));
                long to = dash < 0 ? from : Long.parseLong(range.substring(dash + 1));
                if (from < 0 || to < from || to - from >= MOST_ABOVE - above.size()) {
                    return new Offsets.Commit(offset, List.of());
                }
                for (long i = from; i <= to; i++) {
                    above.add(offset + i);
                }
            }
        } catch (NumberFormatException e) { // cut, or another's: the job records know
            return new Offsets.Commit(offset, List.of());
        }
        return new Offsets.Commit(offset, above);
    }
}
