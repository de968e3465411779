package io.darkroom.web;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** The interface as files: AsyncAPI of the topics, OpenAPI of this small API, JSON Schemas that both refer to. */
@Path("/api")
public class InterfaceResource {
    private static final PackagedFiles FILES = PackagedFiles.in("interface");

    @GET
    @Path("/asyncapi.yaml")
    public Response topics() {
        return file("asyncapi.yaml");
    }

    @GET
    @Path("/openapi.yaml")
    public Response http() {
        return file("openapi.yaml");
    }

    @GET
    @Path("/schemas/{name: [a-z]+[.]json}")
    public Response schema(@PathParam("name") String name) {
        return file("schemas/" + name);
    }

    private static Response file(String name) {
        PackagedFiles.File file = FILES.find(name).orElseThrow(NotFoundException::new);
        return Response.ok(file.content().array(), file.mediaType())
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }
}
