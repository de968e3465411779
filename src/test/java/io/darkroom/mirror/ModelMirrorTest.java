package io.darkroom.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.SurroundingsException;
import io.darkroom.standalone.StandaloneStore;
import io.darkroom.standalone.StoreAccess;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the S3 server that standalone brings. */
class ModelMirrorTest {
    private static final StoreAccess ACCESS = StoreAccess.shipped();
    private static final String BUCKET = ACCESS.bucket();
    private static final int LARGE = 8 << 20;
    private static final String WEIGHTS = "sd/unet/model.onnx_data";

    @TempDir
    Path folder;

    private Path cache;
    private StandaloneStore server;
    private CountingProxy proxy;
    private MinioObjectStore store;
    private final List<ModelMirror> mirrors = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        cache = folder.resolve("cache");
        server = StandaloneStore.start(folder.resolve("store"), 0, ACCESS);
        proxy = new CountingProxy(server.endpoint().getPort());
        store = new MinioObjectStore(config(server.endpoint(), ACCESS.secretKey()));
    }

    @AfterEach
    void stop() throws IOException {
        mirrors.forEach(ModelMirror::close);
        store.close();
        proxy.close();
        server.close();
    }

    @Test
    void bringsEveryModelBelowThePrefix() throws IOException {
        putModel("models/");
        put("models/README.md", bytes(1, 10));
        put("elsewhere/model_index.json", bytes(1, 10));
        ModelMirror mirror = mirror("s3://darkroom/models/");

        mirror.sync();

        assertThat(contents(mirror.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void bringsTheModelThatThePrefixIs() throws IOException {
        putModel("models/");
        ModelMirror mirror = mirror("s3://darkroom/models/sd");

        mirror.sync();

        assertThat(contents(mirror.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void bringsNothingTwice() throws IOException {
        putModel("models/");
        mirror("s3://darkroom/models").sync();
        long first = proxy.answered();

        ModelMirror next = mirror("s3://darkroom/models");
        next.sync();

        assertThat(first).isGreaterThan(LARGE);
        assertThat(proxy.answered() - first).isLessThan(LARGE / 8);
        assertThat(contents(next.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void goesOnWhereItWasInterrupted() throws IOException {
        putModel("models/");
        interrupt(LARGE / 2);
        long before = proxy.answered();

        ModelMirror next = mirror("s3://darkroom/models");
        next.sync();

        assertThat(proxy.answered() - before).isLessThan(LARGE * 5L / 8);
        assertThat(contents(next.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void goesOnFromNothingThatIsNotWhatHadCome() throws IOException {
        putModel("models/");
        interrupt(LARGE / 2);
        Path partial = largest("partial");
        try (RandomAccessFile file = new RandomAccessFile(partial.toFile(), "rw")) {
            file.seek(1000);
            file.write(~file.read());
        }

        ModelMirror next = mirror("s3://darkroom/models");
        next.sync();

        assertThat(contents(next.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void aPartThatWasLostWithThePowerIsFetchedAnew() throws IOException {
        putModel("models/");
        interrupt(LARGE / 2);
        Files.write(largest("partial"), new byte[LARGE]);

        ModelMirror next = mirror("s3://darkroom/models");
        next.sync();

        assertThat(contents(next.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void findsADamagedFileByItsDigest() throws IOException {
        putModel("models/");
        mirror("s3://darkroom/models").sync();
        Path damaged = largest("files");
        Files.setPosixFilePermissions(damaged, PosixFilePermissions.fromString("rw-------"));
        try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
            file.seek(LARGE - 7);
            file.write(~file.read());
        }

        ModelMirror next = mirror("s3://darkroom/models");
        next.sync();

        assertThat(contents(next.models())).isEqualTo(contentsOf("models/", "sd/"));
    }

    @Test
    void twoAtOnceBringEverythingOnce() throws Exception {
        putModel("models/");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<ModelMirror> both = List.of(mirror("s3://darkroom/models"), mirror("s3://darkroom/models"));
        List<Future<?>> ends = new ArrayList<>();

        both.forEach(mirror -> ends.add(threads.submit(mirror::sync)));

        for (Future<?> end : ends) {
            end.get();
        }
        threads.shutdown();
        assertThat(proxy.answered()).isLessThan(LARGE * 5L / 4);
        for (ModelMirror each : both) {
            assertThat(contents(each.models())).isEqualTo(contentsOf("models/", "sd/"));
        }
    }

    @Test
    void aChangeIsSeenAtTheNextStartAndBeforeThatByNobody() throws IOException {
        putModel("models/");
        ModelMirror first = mirror("s3://darkroom/models");
        first.sync();
        Map<String, String> before = contents(first.models());
        replace("models/" + WEIGHTS, bytes(99, LARGE));

        ModelMirror second = mirror("s3://darkroom/models");
        second.sync();

        assertThat(contents(first.models())).isEqualTo(before);
        assertThat(contents(second.models()))
                .isEqualTo(contentsOf("models/", "sd/"))
                .isNotEqualTo(before);
    }

    @Test
    void whatNobodyUsesAnyMoreIsRemoved() throws IOException {
        putModel("models/");
        ModelMirror first = mirror("s3://darkroom/models");
        first.sync();
        Path old = largest("files");
        replace("models/" + WEIGHTS, bytes(99, LARGE));
        mirror("s3://darkroom/models").sync();
        assertThat(old).as("in use by the first").exists();

        first.close();
        mirror("s3://darkroom/models").sync();

        assertThat(old).doesNotExist();
        assertThat(first.models()).doesNotExist();
    }

    @Test
    void whatADeadProcessUsedIsRemoved() throws IOException {
        putModel("models/");
        mirror("s3://darkroom/models").sync();
        Path used = only(cache).resolve("used");
        Files.createFile(used.resolve("dead.lock"));
        Files.createDirectories(used.resolve("dead/sd/unet"));
        Files.createLink(used.resolve("dead/sd/unet/model.onnx"), largest("files"));

        mirror("s3://darkroom/models").sync();

        assertThat(used.resolve("dead")).doesNotExist();
        assertThat(used.resolve("dead.lock")).doesNotExist();
    }

    @Test
    void aPlaceWithoutModelsIsNamed() {
        put("models/notes.txt", bytes(1, 10));

        assertThatThrownBy(() -> mirror("s3://darkroom/model").sync())
                .isInstanceOf(ModelSourceException.class)
                .hasMessage("there is nothing at s3://darkroom/model, where models are to come from");
        assertThatThrownBy(() -> mirror("s3://darkroom/models").sync())
                .isInstanceOf(ModelSourceException.class)
                .hasMessageContaining("there is no model at s3://darkroom/models")
                .hasMessageContaining("models/notes.txt");
        assertThatThrownBy(() -> mirror("s3://somebody-elses/models").sync())
                .isInstanceOf(ModelSourceException.class)
                .hasMessageContaining("NoSuchBucket");
    }

    @Test
    void wrongCredentialsAreAFaultOfTheSurroundings() {
        putModel("models/");
        ModelMirror mirror = new ModelMirror(
                ModelSource.parse("s3://darkroom/models"), cache, config(proxy.uri(), "not-the-secret"), () -> false);
        mirrors.add(mirror);

        assertThatThrownBy(mirror::sync)
                .isInstanceOf(SurroundingsException.class)
                .hasMessageContaining("SignatureDoesNotMatch")
                .message()
                .doesNotContain("not-the-secret");
    }

    /** The object is a file without content that says it is of 8 TiB; a disk that holds that would fail this test. */
    @Test
    void aDiskThatIsTooSmallIsFoundBeforeAnythingIsFetched() throws IOException {
        putModel("models/");
        try (RandomAccessFile huge = new RandomAccessFile(
                folder.resolve("store/darkroom/models/sd/unet/huge").toFile(), "rw")) {
            huge.setLength(8L << 40);
        }
        ModelMirror mirror = mirror("s3://darkroom/models");

        assertThatThrownBy(mirror::sync)
                .isInstanceOf(DiskFullException.class)
                .hasMessageContaining("the models need 8796")
                .hasMessageContaining(cache.toString());
        assertThat(proxy.answered()).isLessThan(LARGE / 8);
    }

    @Test
    void sumsBesideAModelAreHeld() throws Exception {
        putModel("models/");
        String right = sha256(bytes(3, LARGE)) + "  ./unet/model.onnx_data\n";
        put("models/sd/SHA256SUMS", right.getBytes(StandardCharsets.US_ASCII));
        mirror("s3://darkroom/models").sync();

        replace("models/" + WEIGHTS, bytes(5, LARGE));

        assertThatThrownBy(() -> mirror("s3://darkroom/models").sync())
                .isInstanceOf(ModelSourceException.class)
                .hasMessageContaining("models/" + WEIGHTS + " has the SHA-256 " + sha256(bytes(5, LARGE)));
    }

    @Test
    void aSyncThatIsCanceledEndsAndKeepsWhatItHas() throws IOException {
        putModel("models/");
        ModelMirror mirror = new ModelMirror(
                ModelSource.parse("s3://darkroom/models"),
                cache,
                config(proxy.uri(), ACCESS.secretKey()),
                () -> proxy.answered() > LARGE / 4);
        mirrors.add(mirror);

        assertThatThrownBy(mirror::sync).isInstanceOf(CancellationException.class);
        assertThat(Files.size(largest("partial"))).isBetween(1L, LARGE - 1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "models", "s3://", "s3://b", "https://bucket/models", "s3://UPPER/models"})
    void whatNamesNoPlaceIsRefused(String text) {
        assertThatThrownBy(() -> ModelSource.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("s3://bucket/prefix");
    }

    /** A sync that the store breaks off. */
    private void interrupt(int bytes) {
        proxy.breakAfter(bytes);
        ModelMirror interrupted = mirror("s3://darkroom/models");
        assertThatThrownBy(interrupted::sync)
                .isInstanceOf(SurroundingsException.class)
                .hasMessageContaining("models/sd/");
        assertThat(interrupted.models()).doesNotExist();
        interrupted.close();
        proxy.breakNoMore();
    }

    private ModelMirror mirror(String source) {
        ModelMirror mirror =
                new ModelMirror(ModelSource.parse(source), cache, config(proxy.uri(), ACCESS.secretKey()), () -> false);
        mirrors.add(mirror);
        return mirror;
    }

    private void putModel(String prefix) {
        put(prefix + "sd/model_index.json", bytes(1, 100));
        put(prefix + "sd/unet/model.onnx", bytes(2, 1000));
        put(prefix + WEIGHTS, bytes(3, LARGE));
        put(prefix + "sd/tokenizer/merges.txt", new byte[0]);
    }

    private void put(String key, byte[] content) {
        store.create(new Location(BUCKET, key), content, "application/octet-stream");
    }

    private void replace(String key, byte[] content) {
        store.delete(new Location(BUCKET, key));
        put(key, content);
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** The digests of what is below a prefix in the bucket, by path. */
    private Map<String, String> contentsOf(String prefix, String below) {
        Map<String, String> contents = new TreeMap<>();
        for (String key : store.list(BUCKET, prefix + below)) {
            contents.put(
                    key.substring(prefix.length()),
                    sha256(Objects.requireNonNull(store.read(new Location(BUCKET, key), LARGE))));
        }
        return contents;
    }

    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(root.relativize(file).toString(), sha256(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    private Path largest(String part) throws IOException {
        try (Stream<Path> files = Files.list(only(cache).resolve(part))) {
            return files.max((a, b) ->
                            Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static StoreConfig config(URI endpoint, String secret) {
        return StoreConfig.of(endpoint, BUCKET, ACCESS.region(), ACCESS.accessKey(), secret);
    }
}
