package io.darkroom.web;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.TraceContext;
import io.darkroom.kafka.RequestProducer;
import io.darkroom.kafka.WorkerLife;
import io.darkroom.worker.DeliveryLoop;
import io.darkroom.worker.JobArchive;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Requests in, and where they are. Speaks to the topics like any other client. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class RendersResource {
    /** Numbers keep every digit. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_LISTED = 500;

    private final RequestParser parser;
    private final RequestProducer producer;
    private final EventTail events;
    private final JobArchive archive;
    private final WorkerLife life;
    private final Instance<DeliveryLoop> deliveries;
    private final String topic;
    private final long mostBytes;

    RendersResource(
            RequestParser parser,
            RequestProducer producer,
            EventTail events,
            JobArchive archive,
            WorkerLife life,
            Instance<DeliveryLoop> deliveries,
            DarkroomConfig config) {
        this.parser = parser;
        this.producer = producer;
        this.events = events;
        this.archive = archive;
        this.life = life;
        this.deliveries = deliveries;
        this.topic = config.topics().requests().get(0);
        this.mostBytes = config.limits().requestBytes().asLongValue();
    }

    /** 202 with the id when the broker has the request; 400 with every problem; 500 where reading it failed. */
    @POST
    @Path("/requests")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response submit(
            @HeaderParam(TraceContext.PARENT) @Nullable String traceParent,
            @HeaderParam(TraceContext.STATE) @Nullable String traceState,
            byte[] body) {
        if (body.length > mostBytes) {
            return tooLarge("the request has " + body.length);
        }
        ParsedRequest parsed = parser.parse(posted(body));
        if (parsed instanceof ParsedRequest.Invalid invalid) {
            return refused(invalid.failure());
        }
        if (parsed instanceof ParsedRequest.Unreadable unreadable) {
            return refused(unreadable.failure());
        }
        return produce((ParsedRequest.Valid) parsed, body, TraceContext.of(traceParent, traceState));
    }

    /** A bug of ours, or want of memory, is no fault of the request. */
    private static Response refused(Failure failure) {
        boolean ours = failure.code() == Failure.Code.INTERNAL || failure.code() == Failure.Code.OUT_OF_MEMORY;
        return ApiError.of(ours ? 500 : 400, failure);
    }

    private Response produce(ParsedRequest.Valid parsed, byte[] body, TraceContext trace) {
        boolean named = parsed.request().fieldsGiven().contains("id");
        // What Kafka would derive an id from is not known before the request is produced.
        String id = named ? parsed.key().id() : UUID.randomUUID().toString();
        byte[] request = named ? body : withId(body, id);
        if (request.length > mostBytes) {
            return tooLarge("with the id that it is given, the request has " + request.length);
        }
        producer.request(id, request, trace).await().atMost(PATIENCE);
        events.board().queued(id, System.currentTimeMillis());
        return Response.accepted(RenderBoard.state(id, "queued")).build();
    }

    private Response tooLarge(String what) {
        return ApiError.of(
                413, new Failure(Failure.Code.TOO_LARGE, what + " bytes; at most " + mostBytes + " are taken"));
    }

    /** The jobs that were heard of last, the newest first: each as {@link #find} tells it, but from memory alone. */
    @GET
    @Path("/renders")
    public List<ObjectNode> newest(@QueryParam("limit") @DefaultValue("60") int limit) {
        return events.board().newest(Math.max(0, Math.min(limit, MOST_LISTED)));
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
        ObjectNode recorded = archive.find(id).orElse(null);
        if (recorded != null && RenderBoard.ended(recorded)) {
            return Response.ok(recorded).build();
        }
        List<ObjectNode> told = Stream.of(Optional.ofNullable(known), held(id), Optional.ofNullable(recorded))
                .flatMap(Optional::stream)
                .toList();
        // Progress events are not kept for everybody: one that says so knows better than those that have not heard of
        // it.
        return told.stream()
                .filter(RenderBoard::running)
                .findFirst()
                .or(() -> told.stream().findFirst())
                .map(state -> Response.ok(state).build())
                .orElseGet(() -> unknown(id));
    }

    /** What the worker in this process says, where it has taken the job from the topic. */
    private Optional<ObjectNode> held(String id) {
        return life.renders() ? deliveries.get().snapshot(id).map(RendersResource::state) : Optional.empty();
    }

    private static ObjectNode state(DeliveryLoop.Snapshot job) {
        return switch (job.state()) {
            case QUEUED -> RenderBoard.state(job.key().id(), "queued");
            case RUNNING -> RenderBoard.state(job.key().id(), "running")
                    .put("step", job.step())
                    .put("steps", job.steps());
        };
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
            // The same where it was given as null.
            with.put("id", id);
            return JSON.writeValueAsBytes(with);
        } catch (IOException e) {
            throw new IllegalStateException("the parser has read this as a JSON object", e);
        }
    }

    /** As it will come from the topic that it goes to, which may belong to a tenant. */
    private IncomingRecord posted(byte[] request) {
        return new IncomingRecord(
                new Source(topic, 0, 0, null), "", System.currentTimeMillis(), null, Bytes.of(request), List.of());
    }

    private static Response unknown(String id) {
        return ApiError.of(
                404, "not_found", "no job " + id + " is known: it was not posted here, and no worker has started it");
    }
}
