package io.darkroom.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged application in a process of its own, as a worker; its log is in a file. */
public final class WorkerProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long PATIENCE_SECONDS = 90;

    /** An answer over HTTP; status 0 where nobody answers. */
    public record Answer(int status, String body) {}

    private final String name;
    private final Process process;
    private final int httpPort;

    private WorkerProcess(String name, Process process, int httpPort) {
        this.name = name;
        this.process = process;
        this.httpPort = httpPort;
    }

    /** Starts a worker, and does not wait for it. */
    public static WorkerProcess start(String name, Path log, Map<String, String> settings) {
        return start(name, log, settings, List.of());
    }

    /**
     * Starts a worker, and does not wait for it.
     *
     * @param jvm options of the virtual machine
     */
    public static WorkerProcess start(String name, Path log, Map<String, String> settings, List<String> jvm) {
        return start(name, log, settings, jvm, jar("darkroom.jar"));
    }

    /**
     * Starts a worker of a release, and does not wait for it.
     *
     * @param jar the packaged application's
     */
    public static WorkerProcess start(String name, Path log, Map<String, String> settings, List<String> jvm, Path jar) {
        int httpPort = freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // One of many that live for seconds: small, and soon up.
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        // As in a container of one core: where several have each core, their networks' threads spin in each other's
        // way.
        command.add("-XX:ActiveProcessorCount=1");
        command.addAll(jvm);
        command.add("-Ddarkroom.worker.name=" + name);
        command.add("-Dquarkus.http.port=" + httpPort);
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", jar.toString()));
        try {
            Files.createDirectories(log.getParent());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new WorkerProcess(name, process, httpPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL. Returns when the process has ended. */
    public void kill() {
        process.destroyForcibly();
        exit();
    }

    /** Another signal, as {@code STOP}, where the process has not ended. Returns when it is sent. */
    void signal(String signal) {
        try {
            int status = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (status != 0 && process.isAlive()) {
                throw new IllegalStateException("kill -" + signal + " ended with " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM. Returns at once. */
    public void terminate() {
        process.destroy();
    }

    /** SIGSTOP: it stands still until {@link #wake}. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void wake() {
        signal("CONT");
    }

    public long pid() {
        return process.pid();
    }

    /** Waits for its end, and returns its status. */
    public int exit() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(name + " still runs after " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** What a probe is told. */
    public Answer readiness() {
        return answer("/q/health/ready");
    }

    /** What is served there; empty where nobody answers. */
    String get(String path) {
        return answer(path).body();
    }

    private Answer answer(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + TcpProxy.LOOPBACK + ":" + httpPort + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            var answer = HTTP.send(request, BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body());
        } catch (IOException e) {
            // Nobody answers: not yet, or it ends while it is asked.
            return new Answer(0, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return name;
    }

    /** The packaged application's jar that a system property names. */
    public static Path jar(String property) {
        String jar = System.getProperty(property);
        if (jar == null || !Files.isRegularFile(Path.of(jar))) {
            throw new IllegalStateException(property + " is " + jar + "; expected the packaged application's jar");
        }
        return Path.of(jar);
    }

    @SuppressWarnings("AddressSelection")
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(TcpProxy.LOOPBACK, 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
