package io.darkroom;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The examples of {@code docs/clients.md}, taken out of it and run against another broker. */
final class ClientExamples {
    private static final int PATIENCE_SECONDS = 90;

    private final Path folder;
    private final String broker;

    ClientExamples(Path folder, String broker) {
        this.folder = folder;
        this.broker = broker;
    }

    /** What the Java example prints. */
    String java() throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("Client.java"), block("java"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return run(List.of(java, "-cp", System.getProperty("java.class.path"), source.toString()));
    }

    /** What the Python example prints; skips the test where there is no client for Python. */
    String python() throws IOException, InterruptedException {
        String python = System.getProperty("darkroom.python", "python3");
        assumeTrue(
                succeeds(python, "-c", "import confluent_kafka"),
                python + " with confluent_kafka was not found: the example for Python is not run here"
                        + " (-Ddarkroom.python=FILE names another)");
        return run(List.of(python, "-c", block("python")));
    }

    /** What the example for kcat prints; skips the test where there is no kcat. */
    String kcat() throws IOException, InterruptedException {
        assumeTrue(succeeds("kcat", "-V"), "kcat was not found: its example is not run here");
        return run(List.of("bash", "-c", block("bash")));
    }

    private String block(String language) throws IOException {
        Matcher found = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs", "clients.md")));
        if (!found.find()) {
            throw new AssertionError("docs/clients.md has no example in " + language);
        }
        String shipped = "127.0.0.1:9092";
        if (!found.group(1).contains(shipped)) {
            throw new AssertionError("the example in " + language + " does not name " + shipped);
        }
        return found.group(1).replace(shipped, broker);
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // there is no such command
        }
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "example", ".out");
        Path err = Files.createTempFile(folder, "example", ".err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("the example did not end well: " + Files.readString(err));
            }
            return Files.readString(out);
        } finally {
            // kcat goes on reading behind grep.
            try (Stream<ProcessHandle> children = process.descendants()) {
                children.forEach(ProcessHandle::destroyForcibly);
            }
            process.destroyForcibly();
        }
    }
}
