package io.darkroom.job;

import java.util.Locale;

/** The kinds of event, three of them terminal. */
public enum EventType {
    COMPLETED,
    FAILED,
    CANCELED,
    STARTED,
    PROGRESS;

    /** The {@code ce_type}. */
    public String ceType() {
        return "io.darkroom.render." + status() + ".v1";
    }

    /** The name in {@code status}. */
    public String status() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a job ends with it. */
    public boolean terminal() {
        return this == COMPLETED || this == FAILED || this == CANCELED;
    }
}
