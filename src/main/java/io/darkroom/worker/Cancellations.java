package io.darkroom.worker;

import io.darkroom.job.Cancellation;
import io.darkroom.job.JobKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cancellations that were read, for requests that come later. The oldest are forgotten where there are too many. */
final class Cancellations {
    private static final int MOST = 1_000_000;

    private record Target(String name, boolean group) {}

    private final Map<Target, Cancellation> latest = new LinkedHashMap<>();

    void add(Cancellation cancellation) {
        Target target = new Target(cancellation.target(), cancellation.group());
        Cancellation before = latest.remove(target);
        // By its timestamp it means requests; the clients' clocks need not agree.
        boolean earlier = before != null && before.timestamp() > cancellation.timestamp();
        latest.put(target, earlier ? before : cancellation);
        if (latest.size() > MOST) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    /** The cancellation that means a job; null where none does. */
    @Nullable
    Cancellation of(JobKey key, @Nullable String group, long requestTimestamp) {
        Cancellation own = latest.get(new Target(key.id(), false));
        if (own != null && own.means(key, group, requestTimestamp)) {
            return own;
        }
        Cancellation all = group == null ? null : latest.get(new Target(group, true));
        return all != null && all.means(key, group, requestTimestamp) ? all : null;
    }
}
