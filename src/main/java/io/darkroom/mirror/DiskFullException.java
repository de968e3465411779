package io.darkroom.mirror;

import io.darkroom.job.SurroundingsException;
import java.nio.file.Path;

/** There is not enough room for the models on this machine. */
public class DiskFullException extends SurroundingsException {
    DiskFullException(Path folder, long neededBytes, long freeBytes) {
        super("the models need " + Progress.size(neededBytes) + " more in " + folder + ", where "
                + Progress.size(freeBytes) + " are free");
    }
}
