package io.darkroom.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.SurroundingsException;
import io.darkroom.storage.SmallHttpServer.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against servers that answer as real ones do on a bad day. */
class StoreFaultsTest {
    private static final Location OURS = new Location("ours", "renders/1/0.png");
    private static final Location THEIRS = new Location("theirs", "inputs/a.png");

    @ParameterizedTest
    @CsvSource({
        "500, InternalError",
        "503, SlowDown",
        "429, TooManyRequests",
        "403, InvalidAccessKeyId",
        "403, RequestTimeTooSkewed",
        "400, ExpiredToken",
        "400, XMinioAdminBucketQuotaExceeded",
        "403, QuotaExceeded",
        "400, SomeQuotaOfTenants",
        "507, XMinioStorageFull",
        "403, StorageFull",
        "400, IncompleteBody",
        "408, RequestTimeout"
    })
    void callsWhatEveryLocationWouldMeetAFaultOfTheSurroundings(int status, String code) {
        try (SmallHttpServer server = new SmallHttpServer(besideRecords(Answer.error(status, code)));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining(code);
            assertThatThrownBy(() -> store.read(THEIRS, 10)).isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void callsDeniedAccessToAnotherBucketAFaultOfTheLocation() {
        try (SmallHttpServer server = new SmallHttpServer(besideRecords(Answer.error(403, "AccessDenied")));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.read(THEIRS, 10)).isInstanceOf(LocationRefusedException.class);
            assertThatThrownBy(() -> store.create(THEIRS, new byte[1], "image/png"))
                    .isInstanceOf(LocationRefusedException.class);
        }
    }

    /** A policy that is detached, or a session that is revoked, between the claim of a job and the fetch of its picture. */
    @Test
    void callsDeniedAccessToAnotherBucketAFaultOfTheSurroundingsWhereTheRecordsAreDeniedToo() {
        try (SmallHttpServer server = new SmallHttpServer((method, path, body) -> Answer.error(403, "AccessDenied"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.read(THEIRS, 10)).isInstanceOf(SurroundingsException.class);
            assertThatThrownBy(() -> store.create(THEIRS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void callsDeniedAccessToItsOwnBucketAFaultOfTheSurroundings() {
        try (SmallHttpServer server = new SmallHttpServer((method, path, body) -> Answer.error(403, "AccessDenied"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void callsDeniedWritesToAPrefixBesideItsWritableRecordsAFaultOfTheLocation() {
        try (SmallHttpServer server = new SmallHttpServer((method, path, body) -> path.equals("/ours/.darkroom/probe")
                        ? Answer.error(412, "PreconditionFailed")
                        : Answer.error(403, "AccessDenied"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(LocationRefusedException.class);
            assertThatThrownBy(() ->
                            store.create(new Location("ours", ".darkroom/jobs/1/outcome"), new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    /** Keys that were rotated for some that may only read. */
    @Test
    void callsDeniedWritesToABucketThatCanBeReadAFaultOfTheSurroundings() {
        try (SmallHttpServer server = new SmallHttpServer((method, path, body) ->
                        method.equals("HEAD") ? Answer.empty(404) : Answer.error(403, "AccessDenied"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidRequest",
        "400, KeyTooLongError",
        "400, InvalidURI",
        "400, XMinioInvalidObjectName",
        "400, XMinioParentIsObject",
        "409, XMinioObjectExistsAsDirectory"
    })
    void callsAKeyThatTheStoreHasNoPlaceForAFaultOfTheLocation(int status, String code) {
        try (SmallHttpServer server = new SmallHttpServer(besideRecords(Answer.error(status, code)));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(LocationRefusedException.class);
        }
    }

    /** Of a store's own settings, as those of its encryption: the next job would meet it as well. */
    @ParameterizedTest
    @ValueSource(strings = {"KMS.DisabledException", "XMinioInsecureClientRequest", "InvalidArgument"})
    void callsA400ThatIsNotAboutTheKeyAFaultOfTheSurroundings(String code) {
        try (SmallHttpServer server = new SmallHttpServer(besideRecords(Answer.error(400, code)));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void callsABodyThatCameDamagedAFaultOfTheSurroundings() {
        try (SmallHttpServer server = new SmallHttpServer((method, path, body) ->
                        path.startsWith("/ours/.darkroom/") ? Answer.empty(404) : Answer.error(400, "BadDigest"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void triesACreateAgainThatMeetsAnotherOne() {
        AtomicInteger calls = new AtomicInteger();
        try (SmallHttpServer server = new SmallHttpServer((method, path, body) -> calls.incrementAndGet() < 3
                        ? Answer.error(409, "ConditionalRequestConflict")
                        : Answer.error(412, "PreconditionFailed"));
                MinioObjectStore store = store(server.uri())) {
            assertThat(store.create(OURS, new byte[1], "image/png")).isEqualTo(Creation.EXISTS);
        }
        assertThat(calls).hasValue(3);
    }

    @Test
    void givesUpACreateThatMeetsOthersForEver() {
        try (SmallHttpServer server =
                        new SmallHttpServer((method, path, body) -> Answer.error(409, "ConditionalRequestConflict"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void callsAServerThatDoesNotAnswerAFaultOfTheSurroundings() throws IOException {
        try (ServerSocket silent = listening();
                MinioObjectStore store =
                        new MinioObjectStore(config(uri(silent)).withReadTimeout(Duration.ofMillis(200)))) {
            assertThatThrownBy(() -> store.read(OURS, 10))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("no answer in time");
            assertThatThrownBy(() -> store.create(OURS, new byte[1], "image/png"))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void callsAnAnswerCutShortAFaultOfTheSurroundings() throws Exception {
        try (ServerSocket listening = listening();
                MinioObjectStore store = store(uri(listening))) {
            Thread server = new Thread(() -> answerHalf(listening), "half-an-answer");
            server.start();

            assertThatThrownBy(() -> store.read(OURS, 1000)).isInstanceOf(SurroundingsException.class);

            server.join();
        }
    }

    @Test
    void callsSomethingElseThanAStoreAFaultOfTheSurroundings() {
        try (SmallHttpServer server =
                        new SmallHttpServer((method, path, body) -> new Answer(404, "text/html", "<p>Not found</p>"));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() -> store.read(OURS, 10)).isInstanceOf(SurroundingsException.class);
        }
    }

    /** A store with which nothing is wrong where the records are. */
    private static SmallHttpServer.Handler besideRecords(Answer elsewhere) {
        return (method, path, body) -> {
            if (!path.startsWith("/ours/.darkroom/")) {
                return elsewhere;
            }
            return method.equals("HEAD") ? Answer.empty(404) : Answer.error(412, "PreconditionFailed");
        };
    }

    private static void answerHalf(ServerSocket listening) {
        try (Socket socket = listening.accept();
                OutputStream out = socket.getOutputStream()) {
            socket.getInputStream().read(new byte[16]);
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".getBytes(UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("AddressSelection")
    private static ServerSocket listening() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(new InetSocketAddress("127.0.0.1", 0));
        return socket;
    }

    private static URI uri(ServerSocket socket) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    private static MinioObjectStore store(URI endpoint) {
        return new MinioObjectStore(config(endpoint));
    }

    private static StoreConfig config(URI endpoint) {
        return StoreConfig.of(endpoint, "ours", "us-east-1", "access", "secret");
    }
}
