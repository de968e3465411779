package io.darkroom.storage;

import io.darkroom.job.DamagedContentException;
import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.SurroundingsException;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place that says what a failed call to the store means. A fault of the location is one that another location
 * would not have met; everything else is a fault of the surroundings, and is to be tried again.
 */
final class StoreFaults {
    /** Where the job records are; that a request cannot name. */
    static final String RECORDS = ".darkroom/";

    /** What {@link #classify} is told of a create. */
    static final String CREATE = "create";

    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int TOO_MANY_REQUESTS = 429;

    /** Refusals wherever one asks. */
    private static final Set<String> EVERYWHERE = Set.of(
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "InvalidToken",
            "RequestTimeTooSkewed",
            "AuthorizationHeaderMalformed");

    /**
     * What the codes of a store that is full have in them, whatever the status: {@code QuotaExceeded} (403),
     * {@code XMinioAdminBucketQuotaExceeded} (400), {@code XMinioStorageFull} (507).
     */
    private static final List<String> FULL = List.of("Quota", "StorageFull");

    /** What went wrong on the way, answered with 400. */
    private static final Set<String> TRANSFERS = Set.of(
            "RequestTimeout",
            "IncompleteBody",
            "BadDigest",
            "InvalidDigest",
            "MissingContentLength",
            "XAmzContentSHA256Mismatch",
            "XAmzContentChecksumMismatch");

    /** Refusals of a key's form. */
    private static final Set<String> KEYS = Set.of(
            "KeyTooLongError",
            "InvalidURI",
            "InvalidObjectName",
            "XMinioInvalidObjectName",
            "XMinioInvalidResourceName",
            "XMinioParentIsObject",
            "XMinioObjectExistsAsDirectory");

    /**
     * What a server answers with 400 that has no place for a key, as S3Proxy does, and others for much else. No other code of
     * 400 is held against a key of our bucket: a job that fails is lost, one that is tried again is not.
     */
    private static final String NO_PLACE = "InvalidRequest";

    private final StoreConfig config;
    private final BooleanSupplier isRecordReadable;
    private final BooleanSupplier isRecordWritable;

    /**
     * @param isRecordReadable asks the store whether the job records can be read with our credentials
     * @param isRecordWritable asks the store whether they can be written
     */
    StoreFaults(StoreConfig config, BooleanSupplier isRecordReadable, BooleanSupplier isRecordWritable) {
        this.config = config;
        this.isRecordReadable = isRecordReadable;
        this.isRecordWritable = isRecordWritable;
    }

    static boolean isExisting(Throwable failure) {
        return status(failure) == PRECONDITION_FAILED;
    }

    /** Another create of the same key is under way, and its end is open (ConditionalRequestConflict). */
    static boolean isConflict(Throwable failure) {
        return status(failure) == CONFLICT;
    }

    static boolean isMissingObject(Throwable failure) {
        return status(failure) == NOT_FOUND && !"NoSuchBucket".equals(code(failure));
    }

    /**
     * Has the SDK check the form of names, before anything is sent.
     *
     * @throws LocationRefusedException if no store takes them
     */
    void requireNames(String bucket, String key) {
        try {
            StatObjectArgs.builder().bucket(bucket).object(key).build();
        } catch (IllegalArgumentException e) {
            throw new LocationRefusedException(
                    "no store takes the key \"" + key + "\" in the bucket \"" + bucket + "\": " + e.getMessage(), e);
        }
    }

    /**
     * The exception to throw.
     *
     * @param what was asked for, as {@link #CREATE}
     */
    RuntimeException classify(Throwable failure, String what, String bucket, String key) {
        String message = message(what, bucket, key, reason(failure));
        // Keys that may read and no longer write are no fault of the one request that meets it.
        BooleanSupplier others = what.equals(CREATE) ? isRecordWritable : isRecordReadable;
        if (isLocationRefused(failure, bucket, key, others)) {
            return new LocationRefusedException(message, cause(failure));
        }
        return new SurroundingsException(message, cause(failure));
    }

    /** The exception to throw where something was read that is not what the store says. */
    DamagedContentException damaged(String difference, String bucket, String key) {
        return new DamagedContentException(message("read", bucket, key, difference));
    }

    private String message(String what, String bucket, String key, String reason) {
        return "the store at " + config.endpoint() + " failed to " + what + " " + key + " in bucket " + bucket + ": "
                + reason;
    }

    /** An answer's exception prints the request with its headers, session tokens among them: it goes into no log. */
    private static @Nullable Throwable cause(Throwable failure) {
        return response(failure) == null ? failure : null;
    }

    /** @param others whether the store does as much to the job records */
    private boolean isLocationRefused(Throwable failure, String bucket, String key, BooleanSupplier others) {
        if (!isRefusal(failure)) {
            return false;
        }
        if (KEYS.contains(code(failure))) {
            return true;
        }
        // Keys that are refused everywhere are refused in another bucket, too.
        return (!bucket.equals(config.bucket()) || isOfPlace(failure, key)) && others.getAsBoolean();
    }

    /** Whether the store has answered that it will not, and not for a reason that would hold for any object. */
    private static boolean isRefusal(Throwable failure) {
        int status = status(failure);
        String code = code(failure);
        return status >= 300
                && status < 500
                && status != TOO_MANY_REQUESTS
                && status != REQUEST_TIMEOUT
                && !EVERYWHERE.contains(code)
                && !TRANSFERS.contains(code)
                && FULL.stream().noneMatch(code::contains);
    }

    /** Of our bucket: perhaps a prefix of it that our credentials do not cover, or a key that this store has no place for. */
    private static boolean isOfPlace(Throwable failure, String key) {
        int status = status(failure);
        boolean ofPlace = status == FORBIDDEN || (status == BAD_REQUEST && NO_PLACE.equals(code(failure)));
        return ofPlace && !key.startsWith(RECORDS);
    }

    private static String reason(Throwable failure) {
        ErrorResponseException response = response(failure);
        if (response != null) {
            return status(failure) + " " + code(failure) + ", "
                    + response.errorResponse().message();
        }
        if (find(failure, ConnectException.class) != null) {
            return "no connection";
        }
        UnknownHostException unknown = find(failure, UnknownHostException.class);
        if (unknown != null) {
            return "no such host";
        }
        if (find(failure, InterruptedIOException.class) != null || isClosedByUs(failure)) {
            return "no answer in time";
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    /** Where the SDK's watchdog closes the connection first, the reader sees only that it is closed. */
    private static boolean isClosedByUs(Throwable failure) {
        SocketException closed = find(failure, SocketException.class);
        return closed != null && "Socket closed".equals(closed.getMessage());
    }

    private static int status(Throwable failure) {
        ErrorResponseException response = response(failure);
        return response == null ? 0 : response.response().code();
    }

    private static String code(Throwable failure) {
        ErrorResponseException response = response(failure);
        String code = response == null ? null : response.errorResponse().code();
        return code == null ? "" : code;
    }

    private static @Nullable ErrorResponseException response(Throwable failure) {
        return find(failure, ErrorResponseException.class);
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
