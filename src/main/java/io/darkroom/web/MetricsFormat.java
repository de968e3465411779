package io.darkroom.web;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Gives Prometheus its first choice. It asks for OpenMetrics in several versions and for plain text after that; Quarkus's
 * endpoint knows OpenMetrics under one exact name and sends plain text wherever it is named, in which there are no exemplars.
 */
@Singleton
class MetricsFormat {
    private static final String PATH = "/q/metrics";
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String AS_QUARKUS_NAMES_IT = OPEN_METRICS + "; version=1.0.0; charset=utf-8";
    private static final String PLAIN = "text/plain";
    private static final int FIRST = 1000;

    void register(@Observes Filters filters) {
        filters.register(MetricsFormat::choose, FIRST);
    }

    private static void choose(RoutingContext exchange) {
        if (exchange.normalizedPath().equals(PATH)
                && prefersOpenMetrics(exchange.request().getHeader(HttpHeaders.ACCEPT))) {
            exchange.request().headers().set(HttpHeaders.ACCEPT, AS_QUARKUS_NAMES_IT);
        }
        exchange.next();
    }

    /** Prometheus lists what it takes in the order in which it wants it. */
    private static boolean prefersOpenMetrics(@Nullable String accept) {
        int open = accept == null ? -1 : accept.indexOf(OPEN_METRICS);
        int plain = accept == null ? -1 : accept.indexOf(PLAIN);
        return open >= 0 && (plain < 0 || open < plain);
    }
}
