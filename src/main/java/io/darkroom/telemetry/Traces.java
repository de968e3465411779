package io.darkroom.telemetry;

import io.darkroom.job.IncomingRecord;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.TraceContext;
import java.time.Instant;

/** Begins the traces of deliveries. Thread safe; calls do not block. */
public interface Traces {
    /** Makes no spans: the request's own context goes on to the job's events. */
    Traces OFF = (request, record, at) -> new PassedOn(TraceContext.of(record));

    /**
     * The trace of one delivery of one record.
     *
     * @param at when the worker read it
     */
    JobTrace begin(ParsedRequest request, IncomingRecord record, Instant at);

    /** Of a delivery that makes no spans. */
    record PassedOn(TraceContext context) implements JobTrace {}
}
