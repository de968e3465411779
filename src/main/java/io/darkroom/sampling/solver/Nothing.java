package io.darkroom.sampling.solver;

import io.darkroom.sampling.Pending;
import io.darkroom.sampling.SavedMemory;

/** The memory of a solver that needs none. */
enum Nothing implements Pending.Memory {
    NOTHING;

    @Override
    public SavedMemory save() {
        return SavedMemory.NONE;
    }
}
