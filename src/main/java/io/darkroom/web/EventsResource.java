package io.darkroom.web;

import io.darkroom.job.EventType;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.jspecify.annotations.Nullable;

/** Progress and completions of all workers, as server-sent events: the event's name is its CloudEvents type. */
@Path("/api/events")
public class EventsResource {
    private static final long RECONNECT_MS = 2_000;

    private final EventTail tail;

    EventsResource(EventTail tail) {
        this.tail = tail;
    }

    /** Every event from now on; for who comes back, first what began or ended meanwhile. */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> follow(@Context Sse sse, @HeaderParam("Last-Event-ID") @Nullable String after) {
        if (!tail.feed().hasRoom()) {
            throw new ServiceUnavailableException(5L);
        }
        return tail.feed().events(after).map(event -> sent(sse, event));
    }

    private static OutboundSseEvent sent(Sse sse, EventFeed.Event event) {
        EventType type = event.type();
        OutboundSseEvent.Builder out = sse.newEventBuilder();
        return type == null
                ? out.comment("here").reconnectDelay(RECONNECT_MS).build()
                : out.id(event.id())
                        .name(type.ceType())
                        .mediaType(MediaType.APPLICATION_JSON_TYPE)
                        .data(event.json())
                        .build();
    }
}
