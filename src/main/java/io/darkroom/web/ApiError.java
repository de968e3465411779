package io.darkroom.web;

import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/** The body of every answer that is a refusal: {@code {"error": {code, message, problems}}}, as in a failed event. */
final class ApiError {
    private ApiError() {}

    /** A refusal of the API's own. */
    static Response of(int status, String code, String message) {
        return of(status, code, message, List.of());
    }

    /** A request that was not taken, and why. */
    static Response of(int status, Failure failure) {
        return of(status, failure.code().wireName(), failure.message(), failure.problems());
    }

    private static Response of(int status, String code, String message, List<Problem> problems) {
        List<Map<String, String>> single = problems.stream()
                .map(p -> Map.of("field", p.field(), "message", p.message()))
                .toList();
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(Map.of("error", new Body(code, message, single)))
                .build();
    }

    /** In this order. */
    record Body(String code, String message, List<Map<String, String>> problems) {}
}
