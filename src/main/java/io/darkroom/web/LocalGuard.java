package io.darkroom.web;

import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the API. On this machine alone: a browser that was led here under another name, or from another page, is
 * refused (DNS rebinding, cross-site requests). Beyond this machine: only with the token.
 */
@Provider
public class LocalGuard implements ContainerRequestFilter {
    private static final Pattern FREE = Pattern.compile("/|/light-table/[a-z-]+[.][a-z]+|/api/session");

    /** Filters are made while the application is built, when there are no settings yet. */
    private final Instance<WebAccess> access;

    LocalGuard(Instance<WebAccess> access) {
        this.access = access;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        WebAccess web = access.get();
        if (!web.enabled()) {
            refuse(request, 404, "not_found", "the API is off: set darkroom.web.enabled=true and darkroom.web.token");
            return;
        }
        if (web.local() && !isThisMachine(host(request))) {
            refuse(request, 403, "forbidden", "the Host header must be 127.0.0.1 or localhost");
            return;
        }
        String origin = request.getHeaderString("Origin");
        if (origin != null && !sameHost(origin, host(request))) {
            refuse(request, 403, "forbidden", "the Origin header must be this server's own");
            return;
        }
        Cookie session = request.getCookies().get(SessionResource.COOKIE);
        if (!isFree(request)
                && !web.admits(request.getHeaderString("Authorization"), session == null ? null : session.getValue())) {
            refuse(request, 401, "unauthorized", "the Authorization header must be: Bearer <darkroom.web.token>");
            return;
        }
        if (request.getMethod().equals("POST") && !isNamed(request.getMediaType())) {
            throw new NotSupportedException();
        }
    }

    /** Without a Content-Type nothing is matched against it, and a wildcard matches all: a browser may send either. */
    private static boolean isNamed(@Nullable MediaType type) {
        return type != null && !type.isWildcardType() && !type.isWildcardSubtype();
    }

    /** The name that the caller has for this server; HTTP/2 sends it as the authority of the address. */
    private static @Nullable String host(ContainerRequestContext request) {
        String header = request.getHeaderString("Host");
        return header != null ? header : request.getUriInfo().getRequestUri().getAuthority();
    }

    private static boolean isThisMachine(@Nullable String host) {
        return host != null
                && WebAccess.THIS_MACHINE.contains(
                        host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT));
    }

    private static boolean sameHost(String origin, @Nullable String host) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The page itself holds nothing, and is where the token can be given. */
    private static boolean isFree(ContainerRequestContext request) {
        return FREE.matcher(request.getUriInfo().getPath()).matches();
    }

    private static void refuse(ContainerRequestContext request, int status, String code, String message) {
        request.abortWith(ApiError.of(status, code, message));
    }
}
