package io.darkroom.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.DamagedContentException;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.storage.SmallHttpServer.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers tell of an object, beside the object. The sums are Python's, of {@code content} and of nothing. */
class ContentCheckTest {
    private static final String MD5 = "\"9a0364b9e99bb480dd25e1f0284c8555\"";
    private static final String MD5_OF_ANOTHER = "\"d41d8cd98f00b204e9800998ecf8427e\"";
    private static final String ENCRYPTION = "x-amz-server-side-encryption";
    private static final String CUSTOMERS = ENCRYPTION + "-customer-algorithm";
    private static final String CRC32C = "x-amz-checksum-crc32c";
    private static final String TYPE = "x-amz-checksum-type";

    @ParameterizedTest
    @CsvSource({
        "x-amz-checksum-crc32, /sUwqQ==, AAAAAA==",
        "x-amz-checksum-crc32c, Ya91Mw==, AAAAAA==",
        "x-amz-checksum-crc64nvme, lhVdXyVQTGE=, AAAAAAAAAAA=",
        "x-amz-checksum-sha1, BA8G/XdAkkeNRQd09bowxdp4rMg=, 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "x-amz-checksum-sha256, 7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=, 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "ETag, \"9a0364b9e99bb480dd25e1f0284c8555\", \"d41d8cd98f00b204e9800998ecf8427e\"",
        "ETag, 9A0364B9E99BB480DD25E1F0284C8555, D41D8CD98F00B204E9800998ECF8427E"
    })
    void takesWhatHasTheChecksumThatTheServerTells(String header, String own, String anothers) {
        assertTaken(Map.of(header, own));
        assertRefused(Map.of(header, anothers));
    }

    @Test
    void takesNoETagForAnMd5ThatIsNone() {
        assertTaken(Map.of("ETag", "\"d41d8cd98f00b204e9800998ecf8427e-2\""));
        assertTaken(Map.of("ETag", "W/" + MD5_OF_ANOTHER));
        assertTaken(Map.of("ETag", MD5_OF_ANOTHER, ENCRYPTION, "aws:kms"));
        assertTaken(Map.of("ETag", MD5_OF_ANOTHER, ENCRYPTION, "aws:kms:dsse"));
        assertTaken(Map.of("ETag", MD5_OF_ANOTHER, CUSTOMERS, "AES256"));
    }

    @Test
    void comparesTheETagWhereTheStoreEncryptsWithItsOwnKeys() {
        assertTaken(Map.of("ETag", MD5, ENCRYPTION, "AES256"));
        assertRefused(Map.of("ETag", MD5_OF_ANOTHER, ENCRYPTION, "AES256"));
    }

    @Test
    void goesByTheChecksumBeforeTheETag() {
        assertTaken(Map.of("ETag", MD5_OF_ANOTHER, CRC32C, "Ya91Mw=="));
        assertRefused(Map.of("ETag", MD5, CRC32C, "AAAAAA=="));
        assertRefused(Map.of("ETag", MD5_OF_ANOTHER, CRC32C, "AAAAAA==", ENCRYPTION, "aws:kms"));
    }

    @Test
    void takesNoChecksumOfChecksumsForThatOfTheContent() {
        assertTaken(Map.of(CRC32C, "AAAAAA==-2"));
        assertTaken(Map.of(CRC32C, "AAAAAA==", TYPE, "COMPOSITE"));
        assertTaken(Map.of(CRC32C, "AAAAAA==", "ETag", "\"d41d8cd98f00b204e9800998ecf8427e-2\""));
        assertRefused(
                Map.of(CRC32C, "AAAAAA==", TYPE, "FULL_OBJECT", "ETag", "\"d41d8cd98f00b204e9800998ecf8427e-2\""));
    }

    private static void assertTaken(Map<String, String> headers) {
        try (SmallHttpServer server = server(headers);
                MinioObjectStore store = store(server)) {
            assertThat(store.read(new Location("ours", "a"), 10)).isEqualTo("content".getBytes(UTF_8));
        }
    }

    private static void assertRefused(Map<String, String> headers) {
        try (SmallHttpServer server = server(headers);
                MinioObjectStore store = store(server)) {
            assertThatThrownBy(() -> store.read(new Location("ours", "a"), 10))
                    .isInstanceOf(DamagedContentException.class);
        }
    }

    private static SmallHttpServer server(Map<String, String> headers) {
        return new SmallHttpServer((method, path, body) -> new Answer(200, "text/plain", "content", headers));
    }

    private static MinioObjectStore store(SmallHttpServer server) {
        return new MinioObjectStore(StoreConfig.of(server.uri(), "ours", "us-east-1", "access", "secret"));
    }
}
