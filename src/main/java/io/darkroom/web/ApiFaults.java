package io.darkroom.web;

import io.darkroom.job.SurroundingsException;
import io.smallrye.mutiny.TimeoutException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What callers are told where the API itself cannot go on. */
class ApiFaults {
    /** Broker or store. */
    @ServerExceptionMapper
    Response surroundings(SurroundingsException fault) {
        return ApiError.of(503, "unavailable", String.valueOf(fault.getMessage()));
    }

    /** The broker has not acknowledged in time; it may still do so. */
    @ServerExceptionMapper
    Response slow(TimeoutException fault) {
        return ApiError.of(503, "unavailable", "the broker did not acknowledge it in time; it may still be taken");
    }

    @ServerExceptionMapper
    Response mediaType(NotSupportedException fault) {
        return ApiError.of(415, "unsupported_media_type", "the Content-Type must be application/json");
    }
}
