package io.darkroom.onnx;

import ai.onnxruntime.OrtException;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.ModelUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What ONNX Runtime's exceptions mean. */
final class Failures {
    /** ONNX Runtime has no code for it, so the wording of its allocators and of CUDA's libraries has to serve. */
    private static final List<String> OUT_OF_MEMORY = List.of(
            "failed to allocate memory",
            "out of memory",
            "bad_alloc",
            "is smaller than requested bytes",
            "status_alloc_failed");

    private Failures() {}

    /** A session that does not open. */
    static RuntimeException opening(Path file, OrtException e) {
        if (isOutOfMemory(e)) {
            return new DeviceMemoryException("not enough memory on the device to load " + file, e);
        }
        return new ModelUnavailableException(
                file + " does not open: " + message(e) + " (" + size(file)
                        + "; expected a whole ONNX model, with its external data beside it)",
                e);
    }

    /** A call that does not come back with a result. */
    static DeviceException running(Path file, int rows, OrtException e) {
        String call = file + ", a call of " + rows + " rows: " + message(e);
        return isOutOfMemory(e)
                ? new DeviceMemoryException("not enough memory on the device for " + call, e)
                : new DeviceException("the device failed at " + call, e);
    }

    private static boolean isOutOfMemory(OrtException e) {
        String message = message(e).toLowerCase(Locale.ROOT);
        return OUT_OF_MEMORY.stream().anyMatch(message::contains);
    }

    private static String message(OrtException e) {
        return String.valueOf(e.getMessage());
    }

    private static String size(Path file) {
        try {
            return "found " + Files.size(file) + " bytes";
        } catch (IOException e) {
            return "its size cannot be read: " + e;
        }
    }
}
