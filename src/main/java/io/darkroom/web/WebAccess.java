package io.darkroom.web;

import io.darkroom.config.DarkroomConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** Whether this process has a page and an API, and for whom. Health and metrics are always there. */
@ApplicationScoped
class WebAccess {
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

    /** What callers must show, where it is set. */
    Optional<String> token() {
        return token;
    }
}
