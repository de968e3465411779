package io.darkroom.web;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Bytes;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether this process has a page and an API, and for whom. Health and metrics are always there. */
@ApplicationScoped
class WebAccess {
    private static final String SCHEME = "Bearer ";
    static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "localhost", "[::1]");

    private final boolean local;
    private final boolean enabled;
    private final Optional<String> token;

    WebAccess(DarkroomConfig config, VertxHttpConfig http) {
        DarkroomConfig.Web web = config.web();
        this.local = THIS_MACHINE.contains(http.host());
        this.token = web.token();
        this.enabled = web.enabled().orElse(local)
                && (local || token.isPresent())
                && config.standalone().roles().contains("web");
    }

    /** Whether the API answers at all: beyond this machine only where it is asked for, and with a token. */
    boolean enabled() {
        return enabled;
    }

    /** Whether only this machine can reach it. */
    boolean local() {
        return local;
    }

    /** Whether who shows these may use the API. */
    boolean admits(@Nullable String authorization, @Nullable String session) {
        return token.isEmpty() || same(shown(authorization), token.get()) || same(session, sessionOf(token.get()));
    }

    /** The token in an {@code Authorization} header; its scheme is taken in any case (RFC 9110, section 11.1). */
    private static @Nullable String shown(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? authorization.substring(SCHEME.length())
                : null;
    }

    /** The cookie of who shows the token; empty where it is not the token. */
    Optional<String> session(String shown) {
        return token.filter(wanted -> same(shown, wanted)).map(WebAccess::sessionOf);
    }

    /** Tells nothing of the token, and ends with it. */
    private static String sessionOf(String token) {
        return Bytes.utf8("darkroom session of " + token).sha256();
    }

    /** Compared in constant time. */
    private static boolean same(@Nullable String shown, String wanted) {
        return shown != null
                && MessageDigest.isEqual(
                        shown.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8));
    }
}
