package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RuntimeEnvironmentTest {
    private static final int CHARACTERS = 100_000;

    /** What the other process runs. */
    public static final class Maker {
        private Maker() {}

        public static void main(String[] args) {
            System.out.println("made "
                    + RuntimeEnvironment.make(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR)
                            .getVersion());
        }
    }

    @Test
    void aLongCommandLineDoesNotEndTheProcess() throws Exception {
        String classPath = Stream.of(RuntimeEnvironment.class, Maker.class, OrtEnvironment.class)
                .map(RuntimeEnvironmentTest::place)
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Maker.class.getName(),
                        "a".repeat(CHARACTERS))
                .redirectErrorStream(true)
                .start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("made ");
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
