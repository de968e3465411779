package io.darkroom.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Makes ONNX Runtime's environment. While it does so, ONNX Runtime 1.29 matches the process's command line with C++
 * regular expressions, which recurse for every character: on a usual stack 4,000 characters end the process without a
 * word (seen here; microsoft/onnxruntime, vespa-engine/vespa pull request 37786). So it is made on a stack that is large
 * enough.
 */
final class RuntimeEnvironment {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final long USUAL_STACK = 1 << 20;
    /** Seen: 200 bytes a character are not enough, 300 are. */
    private static final long STACK_PER_CHARACTER = 600;
    /** Where it cannot be read: as much as Linux takes for one argument. Stack that is not used takes no memory. */
    private static final long LONG = 128 << 10;

    private RuntimeEnvironment() {}

    /** Makes it; with telemetry off. */
    static OrtEnvironment make(OrtLoggingLevel level) {
        CompletableFuture<OrtEnvironment> made = new CompletableFuture<>();
        Runnable making = () -> {
            try {
                made.complete(withoutTelemetry(OrtEnvironment.getEnvironment(level, "darkroom")));
            } catch (Throwable e) {
                // A library that does not load is an Error.
                made.completeExceptionally(e);
            }
        };
        new Thread(null, making, "onnx-environment", USUAL_STACK + STACK_PER_CHARACTER * commandLine()).start();
        return made.join();
    }

    private static OrtEnvironment withoutTelemetry(OrtEnvironment environment) {
        try {
            // Otherwise it keeps figures in a database below the home folder, and sends them where it can.
            environment.setTelemetry(false);
            return environment;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot be told to keep no telemetry", e);
        }
    }

    private static long commandLine() {
        try {
            return Files.readAllBytes(COMMAND_LINE).length;
        } catch (IOException e) {
            return LONG;
        }
    }
}
