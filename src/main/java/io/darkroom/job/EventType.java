package io.darkroom.job;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

    /** The kind of event that a {@code ce_type} names; null where it names none of ours. */
    public static @Nullable EventType ofCeType(String ceType) {
        for (EventType type : values()) {
            if (type.ceType().equals(ceType)) {
                return type;
            }
        }
        return null;
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
