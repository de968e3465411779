package io.darkroom.job;

import java.util.Map;

/** What a record turned out to be. */
public sealed interface ParsedRequest {
    /** The job. */
    JobKey key();

    /** {@code sha256:} and the digest that tells one request from another with the same id. */
    String digest();

    /** The request's labels, as far as they could be read. */
    Map<String, String> labels();

    /** A request that can be rendered, as far as can be known without its model. */
    record Valid(RenderRequest request) implements ParsedRequest {
        @Override
        public JobKey key() {
            return request.key();
        }

        @Override
        public String digest() {
            return request.digest();
        }

        @Override
        public Map<String, String> labels() {
            return request.labels();
        }
    }

    /** JSON, but not a request that can be rendered: the failure names every problem. */
    record Invalid(JobKey key, String digest, Map<String, String> labels, Failure failure) implements ParsedRequest {
        public Invalid {
            labels = RenderRequest.ordered(labels);
        }
    }

    /** Nothing that can be read as a request: it goes to the dead-letter topic too. */
    record Unreadable(JobKey key, String digest, Failure failure) implements ParsedRequest {
        @Override
        public Map<String, String> labels() {
            return Map.of();
        }
    }
}
