package io.darkroom.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.Bytes;
import io.darkroom.job.DamagedContentException;
import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.ObjectStore.Stored;
import io.darkroom.job.ObjectTooLargeException;
import io.darkroom.job.SurroundingsException;
import io.darkroom.standalone.StandaloneStore;
import io.darkroom.standalone.StoreAccess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the S3 server that standalone brings. */
class MinioObjectStoreTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final StoreAccess ACCESS = StoreAccess.shipped();
    private static final String BUCKET = ACCESS.bucket();

    @TempDir
    Path folder;

    StandaloneStore server;
    MinioObjectStore store;

    @BeforeEach
    void start() {
        server = StandaloneStore.start(folder, 0, ACCESS);
        store = new MinioObjectStore(config(server.endpoint(), ACCESS.secretKey()));
    }

    @AfterEach
    void stop() {
        store.close();
        server.close();
    }

    @Test
    void readsBackWhatItCreated() {
        Location at = new Location(BUCKET, "renders/käse-1/0.png");

        Creation creation = store.create(at, "content".getBytes(UTF_8), "image/png");

        assertThat(creation).isEqualTo(Creation.CREATED);
        assertThat(store.read(at, 7)).isEqualTo("content".getBytes(UTF_8));
    }

    @Test
    void readsBackTheRequestThatAnObjectWasCreatedFor() {
        Location named = new Location(BUCKET, "renders/a/0.png");
        Location unnamed = new Location(BUCKET, "renders/a/1.png");
        store.create(named, "content".getBytes(UTF_8), "image/png", DIGEST);
        store.create(unnamed, "content".getBytes(UTF_8), "image/png");

        Creation second = store.create(named, "content".getBytes(UTF_8), "image/png", "sha256:another");

        assertThat(second).isEqualTo(Creation.EXISTS);
        assertThat(store.find(named, 7)).isEqualTo(new Stored(Bytes.utf8("content"), DIGEST));
        assertThat(store.find(unnamed, 7)).isEqualTo(new Stored(Bytes.utf8("content"), null));
        assertThat(store.find(new Location(BUCKET, "renders/a/2.png"), 7)).isNull();
    }

    @Test
    void tellsOnesRequestByTheHeaderThatOthersWouldLookFor() throws Exception {
        Location at = new Location(BUCKET, "renders/a/0.png");
        store.create(at, new byte[1], "image/png", DIGEST);

        HttpResponse<byte[]> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(store.presign(at, Duration.ofMinutes(5)))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("x-amz-meta-darkroom-request")).hasValue(DIGEST);
    }

    @Test
    void createsAnObjectOnce() {
        Location at = new Location(BUCKET, "a");
        store.create(at, "first".getBytes(UTF_8), "text/plain");

        Creation second = store.create(at, "second".getBytes(UTF_8), "text/plain");

        assertThat(second).isEqualTo(Creation.EXISTS);
        assertThat(store.read(at, 100)).isEqualTo("first".getBytes(UTF_8));
    }

    @Test
    void createsAnObjectLargerThanAPartOnce() {
        Location at = new Location(BUCKET, "large");
        byte[] content = new byte[12 << 20];
        new Random(1).nextBytes(content);

        Creation first = store.create(at, content, "image/png");
        Creation second = store.create(at, new byte[12 << 20], "image/png");

        assertThat(List.of(first, second)).containsExactly(Creation.CREATED, Creation.EXISTS);
        assertThat(store.read(at, content.length)).isEqualTo(content);
    }

    @Test
    void letsOneOfManyCreatesThrough() throws Exception {
        int racers = 16;
        ExecutorService threads = Executors.newFixedThreadPool(racers);
        CountDownLatch start = new CountDownLatch(1);
        Location at = new Location(BUCKET, "raced");
        List<Future<Creation>> ends = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
            byte[] content = ("racer " + i).getBytes(UTF_8);
            ends.add(threads.submit(() -> {
                start.await();
                return store.create(at, content, "text/plain");
            }));
        }

        start.countDown();

        List<Creation> creations = new ArrayList<>();
        for (Future<Creation> end : ends) {
            creations.add(end.get());
        }
        threads.shutdown();
        assertThat(creations).containsOnlyOnce(Creation.CREATED);
        assertThat(store.read(at, 100)).isEqualTo(("racer " + creations.indexOf(Creation.CREATED)).getBytes(UTF_8));
    }

    @Test
    void readsNothingWhereThereIsNothing() {
        assertThat(store.read(new Location(BUCKET, "missing"), 10)).isNull();
    }

    @Test
    void refusesToReadAboveTheLimit() {
        Location at = new Location(BUCKET, "inputs/big.png");
        store.create(at, new byte[1000], "image/png");

        assertThatThrownBy(() -> store.read(at, 999))
                .isInstanceOf(ObjectTooLargeException.class)
                .hasMessage("the object inputs/big.png in bucket darkroom has 1000 bytes; accepted are up to 999");
    }

    @Test
    void listsBelowAPrefixInOrder() {
        for (String key : List.of("p/b", "p/a/z", "q/c", "p/a/a")) {
            store.create(new Location(BUCKET, key), new byte[1], "text/plain");
        }

        assertThat(store.list(BUCKET, "p/")).containsExactly("p/a/a", "p/a/z", "p/b");
        assertThat(store.list(BUCKET, "nothing/")).isEmpty();
    }

    @Test
    void listsMoreThanAPage() {
        for (int i = 0; i < 1005; i++) {
            store.create(new Location(BUCKET, "page/" + i), new byte[0], "text/plain");
        }

        assertThat(store.list(BUCKET, "page/")).hasSize(1005);
    }

    @Test
    void deletesAndForgivesWhatIsNotThere() {
        Location at = new Location(BUCKET, "gone");
        store.create(at, new byte[1], "text/plain");

        store.delete(at);
        store.delete(at);

        assertThat(store.read(at, 10)).isNull();
    }

    @Test
    void presignsAUrlThatServesTheObjectWithItsType() throws Exception {
        Location at = new Location(BUCKET, "shared.png");
        store.create(at, "picture".getBytes(UTF_8), "image/png");

        URI url = store.presign(at, Duration.ofMinutes(5));

        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("picture");
        assertThat(response.headers().firstValue("content-type")).hasValue("image/png");
    }

    @Test
    void callsAnotherBucketThatIsNotThereAFaultOfTheLocation() {
        Location at = new Location("somebody-elses", "key");

        assertThatThrownBy(() -> store.read(at, 10)).isInstanceOf(LocationRefusedException.class);
        assertThatThrownBy(() -> store.create(at, new byte[1], "text/plain"))
                .isInstanceOf(LocationRefusedException.class);
        assertThatThrownBy(() -> store.list("somebody-elses", ""))
                .isInstanceOf(LocationRefusedException.class)
                .hasMessageContaining("somebody-elses")
                .hasMessageContaining("NoSuchBucket");
    }

    @Test
    void callsNamesThatCannotBeAFaultOfTheLocation() {
        assertThatThrownBy(() -> store.read(new Location(BUCKET, "a/../b"), 10))
                .isInstanceOf(LocationRefusedException.class);
        assertThatThrownBy(() -> store.read(new Location("No Such Name", "a"), 10))
                .isInstanceOf(LocationRefusedException.class);
    }

    @Test
    void callsItsOwnBucketMissingAFaultOfTheSurroundings() {
        StoreConfig config =
                StoreConfig.of(server.endpoint(), "not-made", ACCESS.region(), ACCESS.accessKey(), ACCESS.secretKey());

        try (MinioObjectStore other = new MinioObjectStore(config)) {
            assertThatThrownBy(() -> other.read(new Location("not-made", "key"), 10))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("not-made")
                    .hasMessageContaining(server.endpoint().toString());
        }
    }

    @Test
    void callsWrongCredentialsAFaultOfTheSurroundingsAndKeepsThemToItself() {
        try (MinioObjectStore other = new MinioObjectStore(config(server.endpoint(), "not-the-secret"))) {
            assertThatThrownBy(() -> other.create(new Location(BUCKET, "a"), new byte[1], "text/plain"))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("SignatureDoesNotMatch")
                    .message()
                    .doesNotContain("not-the-secret");
            assertThatThrownBy(() -> other.read(new Location("another", "a"), 10))
                    .isInstanceOf(SurroundingsException.class);
            assertThat(other.config().toString()).doesNotContain("not-the-secret");
        }
    }

    /** Its keys are paths: tried again for ever, such a job would hold up all others. */
    @Test
    void aKeyThatLeadsThroughAnObjectIsRefused() {
        store.create(new Location(BUCKET, "through/object"), new byte[1], "text/plain");
        Location at = new Location(BUCKET, "through/object/0.png");

        assertThatThrownBy(() -> store.create(at, new byte[1], "image/png"))
                .isInstanceOf(LocationRefusedException.class);
        assertThatThrownBy(() -> store.read(at, 10)).isInstanceOf(LocationRefusedException.class);
    }

    /** It would be taken, and not be there, for ever. */
    @Test
    void aKeyThatIsAFolderOfOthersIsRefused() {
        store.create(new Location(BUCKET, "folder/0.png/object"), new byte[1], "text/plain");
        Location at = new Location(BUCKET, "folder/0.png");

        assertThatThrownBy(() -> store.create(at, new byte[1], "image/png"))
                .isInstanceOf(LocationRefusedException.class);
        assertThat(store.read(at, 10)).isNull();
    }

    @Test
    void storesNothingThatWasDamagedOnTheWay() throws Exception {
        Location at = new Location(BUCKET, "damaged");

        try (DamagingProxy proxy = DamagingProxy.ofRequests(server.endpoint().getPort(), "intact", "broken");
                MinioObjectStore behind = new MinioObjectStore(config(proxy.uri(), ACCESS.secretKey()))) {
            assertThatThrownBy(() -> behind.create(at, "intact".getBytes(UTF_8), "text/plain"))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("400");
        }

        assertThat(store.read(at, 10)).isNull();
    }

    @Test
    void takesNothingThatWasDamagedOnTheWayBack() throws Exception {
        Location at = new Location(BUCKET, ".darkroom/jobs/1/outcome");
        store.create(at, "intact".getBytes(UTF_8), "text/plain");

        try (DamagingProxy proxy = DamagingProxy.ofAnswers(server.endpoint().getPort(), "intact", "broken");
                MinioObjectStore behind = new MinioObjectStore(config(proxy.uri(), ACCESS.secretKey()))) {
            assertThatThrownBy(() -> behind.read(at, 10))
                    .isInstanceOf(DamagedContentException.class)
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining(at.key())
                    .hasMessageContaining("x-amz-checksum-crc32c");
        }

        assertThat(store.read(at, 10)).isEqualTo("intact".getBytes(UTF_8));
    }

    /** As an input picture is that is copied into the folder. */
    @Test
    void takesWhatTheServerTellsNothingOf() throws Exception {
        Files.writeString(folder.resolve(BUCKET).resolve("by-hand"), "by hand");

        assertThat(store.read(new Location(BUCKET, "by-hand"), 10)).isEqualTo("by hand".getBytes(UTF_8));
    }

    @Test
    void goesOnWhenTheServerIsBack() {
        Location at = new Location(BUCKET, "kept");
        store.create(at, "kept".getBytes(UTF_8), "text/plain");
        int port = server.endpoint().getPort();
        server.close();

        assertThatThrownBy(() -> store.read(at, 10))
                .isInstanceOf(SurroundingsException.class)
                .hasMessageContaining("no connection");
        assertThatThrownBy(() -> store.create(new Location(BUCKET, "new"), new byte[1], "text/plain"))
                .isInstanceOf(SurroundingsException.class);
        assertThatThrownBy(() -> store.list(BUCKET, "")).isInstanceOf(SurroundingsException.class);
        server = StandaloneStore.start(folder, port, ACCESS);

        assertThat(store.read(at, 10)).isEqualTo("kept".getBytes(UTF_8));
    }

    private static StoreConfig config(URI endpoint, String secret) {
        return StoreConfig.of(endpoint, BUCKET, ACCESS.region(), ACCESS.accessKey(), secret);
    }
}
