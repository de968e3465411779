package io.darkroom.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

/**
 * The light table: a page, its styles and its scripts, which only ask this server. Not left to the server's own static
 * files, which nobody guards.
 */
@Path("/")
public class PageResource {
    private static final PackagedFiles FILES = PackagedFiles.in("light-table");
    private static final String PAGE = "index.html";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    @GET
    public Response page(@Context Request request) {
        return file(PAGE, request);
    }

    @GET
    @Path("/light-table/{name}")
    public Response file(@PathParam("name") String name, @Context Request request) {
        PackagedFiles.File file = FILES.find(name).orElseThrow(NotFoundException::new);
        EntityTag tag = new EntityTag(file.sha256());
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        return (unchanged != null ? unchanged : Response.ok(file.content().array(), file.mediaType()))
                .tag(tag)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header(SafeHeaders.POLICY, POLICY)
                .build();
    }
}
