package io.darkroom.storage;

import io.minio.Checksum;
import io.minio.Checksum.Algorithm;
import io.minio.Checksum.Hasher;
import io.minio.errors.MinioException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Holds what was read of an object against what the answer's headers say of it. Without TLS a bit that turned on the way
 * shows nowhere else: TCP's own sum is of 16 bits.
 */
final class ContentCheck {
    /** What a read asks for, so that the store sends the checksum that an object was created with. */
    static final Map<String, String> ASKED = Map.of("x-amz-checksum-mode", "ENABLED");

    private static final Set<Algorithm> SENT = EnumSet.complementOf(EnumSet.of(Algorithm.MD5));
    private static final Pattern MD5 = Pattern.compile("\"?([0-9a-fA-F]{32})\"?");
    private static final String ENCRYPTION = "x-amz-server-side-encryption";

    private ContentCheck() {}

    /**
     * In which checksum the content differs from what was said of it, with both values; null where it does not, or nothing
     * that can be compared was said.
     *
     * @throws MinioException where the JDK lacks an algorithm
     */
    static @Nullable String difference(Headers headers, byte[] content) throws MinioException {
        for (Algorithm algorithm : SENT) {
            String told = headers.get(algorithm.header());
            if (told != null && isOfTheWhole(told, headers)) {
                return difference(algorithm.header(), told, Checksum.base64String(sum(algorithm, content)));
            }
        }
        String told = md5(headers);
        return told == null ? null : difference("MD5", told, Checksum.hexString(sum(Algorithm.MD5, content)));
    }

    private static @Nullable String difference(String name, String told, String found) {
        return told.equals(found) ? null : "its " + name + " is to be " + told + ", and that of what came is " + found;
    }

    /** The checksum of an object of several parts may be one of their checksums: then it says so, or ends in their number. */
    private static boolean isOfTheWhole(String told, Headers headers) {
        String type = headers.get("x-amz-checksum-type");
        return type == null ? !told.contains("-") && !etag(headers).contains("-") : type.equals("FULL_OBJECT");
    }

    /** The MD5 that the ETag of an object of one part is, unless it was encrypted with other keys than the store's own. */
    private static @Nullable String md5(Headers headers) {
        String encryption = headers.get(ENCRYPTION);
        boolean othersKeys = (encryption != null && !encryption.equals("AES256"))
                || headers.get(ENCRYPTION + "-customer-algorithm") != null;
        Matcher md5 = MD5.matcher(etag(headers));
        return !othersKeys && md5.matches() ? md5.group(1).toLowerCase(Locale.ROOT) : null;
    }

    private static String etag(Headers headers) {
        String etag = headers.get("ETag");
        return etag == null ? "" : etag;
    }

    private static byte[] sum(Algorithm algorithm, byte[] content) throws MinioException {
        Hasher hasher = algorithm.hasher();
        hasher.update(content, 0, content.length);
        return hasher.sum();
    }
}
