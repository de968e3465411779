package io.darkroom.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.kafka.RequestProducer;
import io.darkroom.worker.JobArchive;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Requests in, and where they are. Speaks to the topics like any other client. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class RendersResource {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RequestParser parser;
    private final RequestProducer producer;
    private final EventTail events;
    private final JobArchive archive;
    private final long mostBytes;

    RendersResource(
            RequestParser parser,
            RequestProducer producer,
            EventTail events,
            JobArchive archive,
            DarkroomConfig config) {
        this.parser = parser;
        this.producer = producer;
        this.events = events;
        this.archive = archive;
        this.mostBytes = config.limits().requestBytes().asLongValue();
    }

    /** 202 with the id when the broker has the request; 400 with every problem. */
    @POST
    @Path("/requests")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response submit(byte[] body) {
        if (body.length > mostBytes) {
            return refused(
                    413,
                    new Failure(
                            Failure.Code.TOO_LARGE,
                            "the request has " + body.length + " bytes; at most " + mostBytes + " are taken"));
        }
        ParsedRequest parsed = parser.parse(posted(body));
        if (parsed instanceof ParsedRequest.Invalid invalid) {
            return refused(400, invalid.failure());
        }
        if (parsed instanceof ParsedRequest.Unreadable unreadable) {
            return refused(400, unreadable.failure());
        }
        return produce((ParsedRequest.Valid) parsed, body);
    }

    private Response produce(ParsedRequest.Valid parsed, byte[] body) {
        boolean named = parsed.request().fieldsGiven().contains("id");
        // What Kafka would derive an id from is not known before the request is produced.
        String id = named ? parsed.key().id() : UUID.randomUUID().toString();
        producer.request(id, named ? body : withId(body, id)).await().atMost(PATIENCE);
        events.board().queued(id);
        return Response.accepted(RenderBoard.state(id, "queued")).build();
    }

    /** The job's state, or the data of its terminal event. */
    @GET
    @Path("/renders/{id}")
    public Response find(@PathParam("id") String id) {
        if (!JobKey.isId(id)) {
            return unknown(id);
        }
        ObjectNode known = events.board().find(id).orElse(null);
        if (known != null && RenderBoard.ended(known)) {
            return Response.ok(known).build();
        }
        return archive.find(new JobKey(id, 0))
                .map(found -> Response.ok(known != null && !RenderBoard.ended(found) ? known : found)
                        .build())
                .orElseGet(
                        () -> known == null ? unknown(id) : Response.ok(known).build());
    }

    /** Produces a cancellation. */
    @DELETE
    @Path("/renders/{id}")
    public Response cancel(@PathParam("id") String id, @QueryParam("reason") @Nullable String reason) {
        if (!JobKey.isId(id)) {
            return unknown(id);
        }
        ObjectNode body = JSON.createObjectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        producer.cancellation(id, Bytes.utf8(body.toString()).array()).await().atMost(PATIENCE);
        return Response.accepted(JSON.createObjectNode().put("id", id)).build();
    }

    private static byte[] withId(byte[] body, String id) {
        try {
            ObjectNode with = JSON.createObjectNode();
            with.put("id", id);
            with.setAll((ObjectNode) JSON.readTree(body));
            return JSON.writeValueAsBytes(with);
        } catch (IOException e) {
            throw new IllegalStateException("the parser has read this as a JSON object", e);
        }
    }

    private static IncomingRecord posted(byte[] request) {
        return new IncomingRecord(
                new Source("", 0, 0, null), "", System.currentTimeMillis(), null, Bytes.of(request), List.of());
    }

    private static Response unknown(String id) {
        return Response.status(404)
                .entity(Map.of(
                        "error", "no job " + id + " is known: it was not posted here, and no worker has started it"))
                .build();
    }

    private static Response refused(int status, Failure failure) {
        ObjectNode error = JSON.createObjectNode();
        ObjectNode body = error.putObject("error");
        body.put("code", failure.code().wireName());
        body.put("message", failure.message());
        var problems = body.putArray("problems");
        failure.problems()
                .forEach(p -> problems.addObject().put("field", p.field()).put("message", p.message()));
        return Response.status(status).entity(error).build();
    }
}
