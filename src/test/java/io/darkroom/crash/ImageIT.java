package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.deploy.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The image that {@code -Pimage} builds: what is in it, and whether that works with nothing but two folders to write in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageIT {
    private static final String USER = "10001";
    private static final long SMALL = 2 << 20;
    private static final String JAVA = "/opt/java/openjdk/bin/java";

    private Path root;
    private JsonNode config;
    private List<String> files;

    @BeforeAll
    void unpack(@TempDir Path folder) throws IOException {
        String tar = System.getProperty("darkroom.image");
        assumeTrue(tar != null, "no image was built: ./mvnw -Pimage verify builds one");
        root = folder.resolve("root");
        ImageTar image = new ImageTar(Path.of(tar));
        config = image.config();
        files = image.unpack(root);
    }

    @Test
    void itRunsAsNobodyInParticularAndSaysWhatItIs() {
        assertThat(config.path("User").asText()).isEqualTo(USER + ":" + USER);
        assertThat(config.path("Entrypoint").path(0).asText()).isEqualTo(JAVA);
        assertThat(config.path("ExposedPorts").has("8080/tcp")).isTrue();
        JsonNode labels = config.path("Labels");
        assertThat(List.of("title", "description", "version", "revision", "licenses", "base.name"))
                .allSatisfy(name -> assertThat(
                                labels.path("org.opencontainers.image." + name).asText())
                        .isNotEmpty());
    }

    @Test
    void itsVariablesAreSettingsAndKeepTheEmbeddedServersOff() {
        Map<String, String> own = environment();
        own.keySet().removeIf(name -> !name.startsWith("DARKROOM_"));

        assertThat(Settings.names()).containsAll(own.keySet());
        assertThat(Settings.read(own).standalone().enabled()).contains(false);
        assertThat(environment()).containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0");
    }

    @Test
    void itHoldsTheApplicationOnceAndNothingOfOtherSystems() throws IOException {
        boolean cuda = "cuda".equals(System.getProperty("darkroom.image.variant"));

        assertThat(files)
                .contains(
                        "/app/quarkus-run.jar", "/app/sbom.json", "/app/LICENSE", "/opt/onnxruntime/libonnxruntime.so")
                .doesNotHaveDuplicates()
                .noneMatch(file -> file.startsWith("/jib/"))
                .noneMatch(file -> file.matches(".*\\.(dll|dylib)"))
                .noneMatch(
                        file -> file.matches(".*/(org.apache.kafka.kafka_|org.apache.kafka.kafka-server|org.gaul).*"))
                .noneMatch(file -> file.endsWith(".onnx"));
        assertThat(files.contains("/opt/onnxruntime/libonnxruntime_providers_cuda.so"))
                .isEqualTo(cuda);
        assertThat(files.contains(JAVA)).isEqualTo(cuda);
        assertThat(foreign()).isEmpty();
    }

    @Test
    void itRendersWithNothingToWriteInButItsTwoFolders(@TempDir Path folder) throws Exception {
        Path tmp = writable(folder.resolve("tmp"));
        Path cache = writable(folder.resolve("cache"));
        open(folder);
        readOnly(root);
        Set<String> before = listing(root);
        try (Surroundings surroundings = new Surroundings("image", folder.resolve("servers"))) {
            Process worker = start(surroundings, tmp, cache);
            try {
                surroundings.send("in-an-image", Jobs.request("in-an-image", 2));
                Awaitility.await()
                        .atMost(Duration.ofSeconds(90))
                        .failFast("the worker has ended; see target/crash/image.log", () -> !worker.isAlive())
                        .until(() ->
                                !surroundings.end.terminalEvents("in-an-image").isEmpty());
                Jobs.requireCompletedOnce(surroundings.end, "in-an-image");
            } finally {
                worker.destroy();
                assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(listing(root)).isEqualTo(before);
    }

    /** The image's own command, with the folder that it is unpacked in before each path; as its user, where that can be. */
    private Process start(Surroundings surroundings, Path tmp, Path cache) throws IOException {
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--no-new-privs"));
        }
        for (JsonNode part : config.path("Entrypoint")) {
            command.add(part.asText().replaceAll("^(-D[^=]+=)?(/.*)$", "$1" + root + "$2"));
        }
        if (!files.contains(JAVA)) {
            command.set(
                    command.indexOf(root + JAVA),
                    Path.of(System.getProperty("java.home"), "bin", "java").toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.resolve("app").toFile())
                .redirectErrorStream(true)
                .redirectOutput(Surroundings.LOGS.resolve("image.log").toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(environment());
        environment.putAll(Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Xmx256m -Djava.io.tmpdir=" + tmp,
                "DARKROOM_MODELS_CACHE",
                cache.toString(),
                "DARKROOM_DEVICES",
                "cpu",
                "KAFKA_BOOTSTRAP_SERVERS",
                TcpProxy.LOOPBACK + ":" + surroundings.brokerProxy.port(),
                "DARKROOM_STORAGE_ENDPOINT",
                "http://" + TcpProxy.LOOPBACK + ":" + surroundings.storeProxy.port(),
                "DARKROOM_STORAGE_ACCESS_KEY",
                Surroundings.ACCESS.accessKey(),
                "DARKROOM_STORAGE_SECRET_KEY",
                Surroundings.ACCESS.secretKey(),
                "QUARKUS_HTTP_HOST",
                TcpProxy.LOOPBACK,
                "QUARKUS_HTTP_PORT",
                "0"));
        Files.createDirectories(Surroundings.LOGS);
        return builder.start();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        config.path("Env").forEach(variable -> {
            String[] pair = variable.asText().split("=", 2);
            environment.put(pair[0], pair[1]);
        });
        return environment;
    }

    /** Libraries of other systems that are still in a jar, but for the small ones of Kafka's compression. */
    private List<String> foreign() throws IOException {
        List<String> found = new ArrayList<>();
        for (String file : files) {
            if (file.endsWith(".jar")) {
                try (ZipFile jar = new ZipFile(root.resolve(file.substring(1)).toFile())) {
                    jar.stream()
                            .filter(entry -> entry.getSize() > SMALL)
                            .map(ZipEntry::getName)
                            .filter(name -> name.matches("(?i).*\\.(dll|dylib|jnilib)|.*(onnxruntime).*\\.so"))
                            .forEach(name -> found.add(file + "!" + name));
                }
            }
        }
        return found;
    }

    private static Path writable(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** Lets anybody come to what lies below. */
    private static void open(Path folder) throws IOException {
        for (Path at = folder; at != null && Files.isWritable(at) && at.getNameCount() > 1; at = at.getParent()) {
            Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void readOnly(Path root) throws IOException {
        open(root.resolve("..").normalize());
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.toList()) {
                boolean runs = Files.isDirectory(each) || Files.isExecutable(each);
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(runs ? "r-xr-xr-x" : "r--r--r--"));
            }
        }
    }

    private static Set<String> listing(Path root) throws IOException {
        Set<String> listing = new TreeSet<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.toList()) {
                listing.add(root.relativize(each) + " " + Files.size(each) + " " + Files.getLastModifiedTime(each));
            }
        }
        return listing;
    }
}
