package io.darkroom.web;

import io.darkroom.config.DarkroomConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the API. On this machine alone: a browser that was led here under another name, or from another page, is
 * refused (DNS rebinding, cross-site requests). Beyond this machine: only with the token.
 */
@Provider
public class LocalGuard implements ContainerRequestFilter {
    private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "localhost", "[::1]");

    /** Filters are made while the application is built, when there are no settings yet. */
    private final Instance<DarkroomConfig> settings;

    private final Instance<VertxHttpConfig> http;

    LocalGuard(Instance<DarkroomConfig> settings, Instance<VertxHttpConfig> http) {
        this.settings = settings;
        this.http = http;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        DarkroomConfig.Web web = settings.get().web();
        boolean local = THIS_MACHINE.contains(http.get().host());
        Optional<String> token = web.token();
        boolean enabled = web.enabled().orElse(local)
                && settings.get().standalone().roles().contains("web");
        if (!enabled || (!local && token.isEmpty())) {
            refuse(request, 404, "the API is off: set darkroom.web.enabled=true and darkroom.web.token");
            return;
        }
        if (local && !isThisMachine(request.getHeaderString("Host"))) {
            refuse(request, 403, "the Host header must be 127.0.0.1 or localhost");
            return;
        }
        String origin = request.getHeaderString("Origin");
        if (origin != null && !sameHost(origin, request.getHeaderString("Host"))) {
            refuse(request, 403, "the Origin header must be this server's own");
            return;
        }
        if (token.isPresent() && !authorized(request.getHeaderString("Authorization"), token.get())) {
            refuse(request, 401, "the Authorization header must be: Bearer <darkroom.web.token>");
        }
    }

    private static boolean isThisMachine(@Nullable String host) {
        return host != null && THIS_MACHINE.contains(host.replaceFirst(":\\d+$", ""));
    }

    private static boolean sameHost(String origin, @Nullable String host) {
        try {
            return host != null && host.equals(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Compared in constant time. */
    private static boolean authorized(@Nullable String header, String token) {
        return header != null
                && MessageDigest.isEqual(
                        header.getBytes(StandardCharsets.UTF_8), ("Bearer " + token).getBytes(StandardCharsets.UTF_8));
    }

    private static void refuse(ContainerRequestContext request, int status, String message) {
        request.abortWith(Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(Map.of("error", message))
                .build());
    }
}
