package io.darkroom.web;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the token for a cookie, since a browser sends no {@code Authorization} for pictures and event streams. The
 * cookie goes to this server's own pages only and cannot be read by scripts.
 */
@Path("/api/session")
public class SessionResource {
    static final String COOKIE = "darkroom-session";

    private final WebAccess access;

    SessionResource(WebAccess access) {
        this.access = access;
    }

    /** Takes {@code {"token": "…"}}: 204 with the cookie, or 401. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response open(@Nullable JsonNode body, @Context UriInfo uri) {
        return access.session(body == null ? "" : body.path("token").asText(""))
                .map(value -> Response.noContent()
                        .cookie(new NewCookie.Builder(COOKIE)
                                .value(value)
                                .path("/api")
                                .httpOnly(true)
                                .secure(uri.getRequestUri().getScheme().equals("https"))
                                .sameSite(NewCookie.SameSite.STRICT)
                                .build())
                        .build())
                .orElseGet(() -> ApiError.of(401, "unauthorized", "this is not the darkroom.web.token"));
    }
}
