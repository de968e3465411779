package io.darkroom.telemetry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Values of a metric's label that callers choose: the first so many stay as they are, all others become one. Thread safe. */
final class CappedLabel {
    /** Stands for every value above the cap. */
    static final String OTHER = "other";

    /** Stands for a value that is not given. */
    static final String NONE = "none";

    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final int most;

    CappedLabel(int most) {
        this.most = most;
    }

    /** The label's value for what a request says. */
    String of(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            return NONE;
        }
        if (known.contains(given)) {
            return given;
        }
        synchronized (known) {
            return known.contains(given) || (known.size() < most && known.add(given)) ? given : OTHER;
        }
    }
}
