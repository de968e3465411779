package io.darkroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.ObjectStore;
import io.darkroom.job.SurroundingsException;
import io.darkroom.standalone.StandaloneStore;
import io.darkroom.standalone.StoreAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the keys come from, against a real S3 server. */
@SuppressWarnings("try")
class StoreCredentialsTest {
    private static final StoreAccess BEFORE = new StoreAccess("darkroom", "us-east-1", "before", "secret-of-before");
    private static final StoreAccess AFTER = new StoreAccess("darkroom", "us-east-1", "after", "secret-of-after");
    private static final ObjectStore.Location PLACE = new ObjectStore.Location("darkroom", "a.txt");

    @TempDir
    Path folder;

    @Test
    void keysInAFileAreTakenUpWhenItChanges() throws IOException {
        Path file = folder.resolve("credentials");
        write(file, BEFORE, Instant.EPOCH.plusSeconds(1));
        int port;
        try (StandaloneStore server = StandaloneStore.start(folder.resolve("store"), 0, BEFORE)) {
            port = server.endpoint().getPort();
        }
        URI endpoint = URI.create("http://127.0.0.1:" + port);

        try (MinioObjectStore store = store(endpoint, new StoreCredentials.Rotated(file))) {
            try (StandaloneStore server = StandaloneStore.start(folder.resolve("store"), port, BEFORE)) {
                assertThat(store.create(PLACE, new byte[] {1}, "text/plain")).isEqualTo(ObjectStore.Creation.CREATED);
            }
            try (StandaloneStore server = StandaloneStore.start(folder.resolve("store"), port, AFTER)) {
                assertThatThrownBy(() -> store.read(PLACE, 10)).isInstanceOf(SurroundingsException.class);
                write(file, AFTER, Instant.EPOCH.plusSeconds(2));
                assertThat(store.read(PLACE, 10)).containsExactly(1);
            }
        }
    }

    @Test
    void aFileThatIsGoneForAMomentCostsNothing() throws IOException {
        Path file = folder.resolve("credentials");
        write(file, BEFORE, Instant.EPOCH.plusSeconds(1));
        try (StandaloneStore server = StandaloneStore.start(folder.resolve("store"), 0, BEFORE);
                MinioObjectStore store = store(server.endpoint(), new StoreCredentials.Rotated(file))) {
            store.create(PLACE, new byte[] {1}, "text/plain");
            Files.delete(file);

            assertThat(store.read(PLACE, 10)).containsExactly(1);
        }
    }

    @Test
    void aFileThatWasNeverThereIsAFaultOfTheSurroundingsThatNamesIt() {
        Path file = folder.resolve("not-there");
        try (MinioObjectStore store = store(URI.create("http://127.0.0.1:1"), new StoreCredentials.Rotated(file))) {
            assertThatThrownBy(() -> store.read(PLACE, 10))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("not-there");
        }
    }

    /** The token service is written here by AWS's documentation of the call; the store is a real one. */
    @Test
    void aRoleIsTakenWithTheTokenInTheFile() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "the-pods-token");
        CopyOnWriteArrayList<String> asked = new CopyOnWriteArrayList<>();
        System.setProperty("AWS_WEB_IDENTITY_TOKEN_FILE", token.toString());
        System.setProperty("AWS_ROLE_ARN", "arn:aws:iam::1:role/darkroom");
        try (FilesystemNio2BlobStore files = new FilesystemNio2BlobStore(folder.toString());
                SmallHttpServer sts = new SmallHttpServer((method, path, body) -> {
                    asked.add(body);
                    return new SmallHttpServer.Answer(200, "text/xml", role());
                })) {
            files.createContainer("darkroom");
            S3Proxy server = serverThatTakesSessions(files);
            try (MinioObjectStore store = store(
                    URI.create("http://127.0.0.1:" + server.getPort()), new StoreCredentials.WebIdentity(sts.uri()))) {
                store.create(PLACE, new byte[] {1}, "text/plain");

                assertThat(store.read(PLACE, 10)).containsExactly(1);
                assertThat(asked).hasSize(1);
                assertThat(store.presign(PLACE, Duration.ofMinutes(5)).getQuery())
                        .as("told in docs/security.md")
                        .contains("X-Amz-Security-Token=session", "X-Amz-Credential=" + BEFORE.accessKey())
                        .doesNotContain(BEFORE.secretKey());
            } finally {
                server.stop();
            }
        } finally {
            System.clearProperty("AWS_WEB_IDENTITY_TOKEN_FILE");
            System.clearProperty("AWS_ROLE_ARN");
        }
    }

    /** Standalone's own server refuses the header that session keys come with. */
    private static S3Proxy serverThatTakesSessions(BlobStore files) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, BEFORE.accessKey(), BEFORE.secretKey())
                .ignoreUnknownHeaders(true)
                .blobStore(files)
                .build();
        server.start();
        return server;
    }

    @Test
    void aFaultTellsNothingOfTheKeys() {
        SmallHttpServer.Handler refuses = (method, path, body) -> SmallHttpServer.Answer.error(403, "InvalidToken");
        StoreCredentials keys = new StoreCredentials.Keys("an-access-key", "a-secret-key");
        try (SmallHttpServer server = new SmallHttpServer(refuses);
                MinioObjectStore store = store(server.uri(), keys)) {
            assertThatThrownBy(() -> store.create(PLACE, new byte[] {1}, "text/plain"))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("InvalidToken")
                    .satisfies(fault -> assertThat(stackTrace(fault))
                            .doesNotContain("Security-Token")
                            .doesNotContain("Authorization")
                            .doesNotContain("a-secret-key")
                            .doesNotContain("an-access-key"));
            assertThat(keys.toString()).doesNotContain("a-secret-key");
            assertThat(store.config().toString()).doesNotContain("a-secret-key");
        }
    }

    private static String stackTrace(Throwable fault) {
        StringWriter text = new StringWriter();
        fault.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String role() {
        return """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleWithWebIdentityResult><Credentials>
                    <AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>
                    <SessionToken>session</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
                  </Credentials></AssumeRoleWithWebIdentityResult>
                </AssumeRoleWithWebIdentityResponse>
                """
                .formatted(BEFORE.accessKey(), BEFORE.secretKey());
    }

    private static MinioObjectStore store(URI endpoint, StoreCredentials credentials) {
        return new MinioObjectStore(StoreConfig.of(endpoint, "darkroom", "us-east-1", credentials));
    }

    private static void write(Path file, StoreAccess keys, Instant changed) throws IOException {
        Files.writeString(
                file,
                "[default]\naws_access_key_id = " + keys.accessKey() + "\naws_secret_access_key = " + keys.secretKey()
                        + "\n");
        Files.setLastModifiedTime(file, FileTime.from(changed));
    }
}
