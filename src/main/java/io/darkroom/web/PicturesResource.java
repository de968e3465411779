package io.darkroom.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.darkroom.job.JobKey;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.TerminalEvent;
import io.darkroom.worker.JobArchive;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Set;

/** The pictures of jobs that have ended, out of the store: only what the job's own record names. */
@Path("/api/renders/{id}/pictures")
@Blocking
public class PicturesResource {
    private static final Set<String> PICTURES = Set.of("image/png", "image/jpeg", "image/webp");

    private final JobArchive archive;

    PicturesResource(JobArchive archive) {
        this.archive = archive;
    }

    /** One of the outputs, counted from 0, or the {@code contact_sheet}. */
    @GET
    @Path("/{which: [0-9]{1,6}|contact_sheet}")
    public Response picture(@PathParam("id") String id, @PathParam("which") String which, @Context Request request) {
        JsonNode output = JobKey.isId(id)
                ? archive.outcome(id)
                        .map(TerminalEvent::json)
                        .map(job -> output(job, which))
                        .orElse(MissingNode.getInstance())
                : MissingNode.getInstance();
        String type = output.path("media_type").asText("");
        if (!PICTURES.contains(type)) {
            return missing(id, which);
        }
        EntityTag tag = new EntityTag(output.path("sha256").asText());
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        Response.ResponseBuilder answer = unchanged != null
                ? unchanged
                : archive.file(new ObjectStore.Location(
                                output.path("bucket").asText(),
                                output.path("key").asText()))
                        .map(file -> Response.ok(file, type))
                        .orElse(null);
        // The same id can mean another picture once the store is made anew: asked again each time, sent again only
        // then.
        return answer == null
                ? missing(id, which)
                : answer.tag(tag)
                        .header(HttpHeaders.CACHE_CONTROL, "private, no-cache")
                        .build();
    }

    private static JsonNode output(JsonNode job, String which) {
        return which.equals("contact_sheet")
                ? job.path("contact_sheet")
                : job.path("outputs").path(Integer.parseInt(which));
    }

    private static Response missing(String id, String which) {
        return ApiError.of(404, "not_found", "the job " + id + " has no stored picture " + which);
    }
}
