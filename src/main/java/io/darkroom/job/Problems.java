package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects what is wrong with a request: everything at once, but no more than an event can carry. */
final class Problems {
    private static final int MOST = 50;

    private final List<Problem> found = new ArrayList<>();
    private final boolean namesUnknown;
    private int more;

    Problems() {
        this(true);
    }

    private Problems(boolean namesUnknown) {
        this.namesUnknown = namesUnknown;
    }

    /** Those of what was read before: unknown fields were reported then, and to look for near names takes time. */
    static Problems ofAnotherReading() {
        return new Problems(false);
    }

    boolean namesUnknown() {
        return namesUnknown;
    }

    void add(String field, String message) {
        add(new Problem(Quote.bare(field), message));
    }

    void add(String field, String message, Failure.Code code) {
        add(new Problem(Quote.bare(field), message, code));
    }

    void add(Problem problem) {
        if (full()) {
            more++;
        } else {
            found.add(problem);
        }
    }

    /** One whose texts take time: they are made only where they are kept. */
    void add(Supplier<String> field, Supplier<String> message) {
        if (full()) {
            more++;
        } else {
            add(field.get(), message.get());
        }
    }

    /** Whether no more are kept. */
    boolean full() {
        return found.size() >= MOST;
    }

    boolean none() {
        return found.isEmpty();
    }

    /** Whether a field, or one within it, has a problem. */
    boolean touch(String field) {
        return found.stream()
                .map(Problem::field)
                .anyMatch(f -> f.equals(field) || f.startsWith(field + ".") || f.startsWith(field + "["));
    }

    List<Problem> list() {
        if (more == 0) {
            return List.copyOf(found);
        }
        List<Problem> all = new ArrayList<>(found);
        all.add(new Problem("(request)", more + " more problems"));
        return all;
    }
}
