package io.darkroom.storage;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the keys to the store come from. None of them shows its secrets as text. */
public sealed interface StoreCredentials {
    /** Two keys that stay the same for as long as the process runs. */
    record Keys(String accessKey, String secretKey) implements StoreCredentials {
        @Override
        public String toString() {
            return "Keys[" + accessKey + "]";
        }
    }

    /**
     * A credentials file as AWS's tools have it, in its {@code [default]} section {@code aws_access_key_id},
     * {@code aws_secret_access_key} and perhaps {@code aws_session_token}. It is read again when it changes, so that keys
     * can be rotated under a running worker.
     */
    record Rotated(Path file) implements StoreCredentials {}

    /**
     * A role that is taken with the pod's own token (IAM roles for service accounts): {@code AWS_ROLE_ARN} and
     * {@code AWS_WEB_IDENTITY_TOKEN_FILE}, which the cluster sets; without them, the keys of the machine or container that
     * this runs on. Renewed before they expire.
     *
     * @param sts the token service; null for the region's own
     */
    record WebIdentity(@Nullable URI sts) implements StoreCredentials {}
}
