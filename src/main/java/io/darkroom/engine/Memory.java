package io.darkroom.engine;

import java.util.OptionalLong;

/** The memory of a device. May be asked by any thread; an answer takes microseconds to milliseconds. */
public interface Memory {
    /** Of a device that says nothing. */
    Memory UNKNOWN = new Memory() {
        @Override
        public OptionalLong free() {
            return OptionalLong.empty();
        }

        @Override
        public OptionalLong limit() {
            return OptionalLong.empty();
        }
    };

    /** Bytes that can still be taken; empty where that cannot be told. */
    OptionalLong free();

    /** The part of what is free that this device may take: less than 1 where others take from the same. */
    default double share() {
        return 1;
    }

    /**
     * Whether taking more than there is ends the process, so that nobody can say afterwards that it was too much. Else the
     * call fails, and the process goes on.
     */
    default boolean kills() {
        return false;
    }

    /** Bytes that there are in all; empty where that cannot be told. */
    OptionalLong limit();
}
