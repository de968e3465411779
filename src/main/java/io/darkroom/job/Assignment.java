package io.darkroom.job;

import io.darkroom.job.ObjectStore.Location;
import java.time.Instant;
import java.util.List;

/**
 * One delivery of one record to one worker: what stays the same from its begin to its end.
 *
 * @param request what the record turned out to be
 * @param worker the worker's name, as in events
 * @param run told apart from every other delivery, of any worker: {@code process/number}
 * @param bucket the configured bucket, where the job record and the pictures are
 * @param maxAttempts unclean ends before the job is given up, at least 1
 * @param limits for what the dead-letter topic takes
 * @param receivedAt by the worker's clock
 * @param exactlyOnce whether an event and the offset of the request that it answers are committed as one: then what another
 *     request has brought about is told with that one, and not once more with this ({@link JobRecord#tells})
 * @param begunBefore whether an earlier owner said that it had begun this job; advice, which may be wrong
 * @param trace what the job's events carry
 */
public record Assignment(
        ParsedRequest request,
        IncomingRecord record,
        String worker,
        String run,
        String bucket,
        int maxAttempts,
        Limits limits,
        Instant receivedAt,
        boolean exactlyOnce,
        boolean begunBefore,
        TraceContext trace) {
    /** Of a worker whose events may be told more than once, and that hands a request's trace on. */
    public Assignment(
            ParsedRequest request,
            IncomingRecord record,
            String worker,
            String run,
            String bucket,
            int maxAttempts,
            Limits limits,
            Instant receivedAt) {
        this(
                request,
                record,
                worker,
                run,
                bucket,
                maxAttempts,
                limits,
                receivedAt,
                false,
                false,
                TraceContext.of(record));
    }

    /** The job. */
    public JobKey key() {
        return request.key();
    }

    /** An object of the job record or of the worker's own bucket. */
    Location at(String key) {
        return new Location(bucket, key);
    }

    /** The attempt of a record that is this delivery's to go on with; 0 where there is none. */
    int open(JobRecord past) {
        return past.open(run, record.topicId(), record.source());
    }

    /** Whether an event that is told once is told with this request. */
    boolean tells(TerminalEvent event, JobRecord job) {
        return job.tells(event, record.topicId(), record.source());
    }

    /** The attempts at this request that count against it. */
    List<JobRecord.Attempt> unclean(JobRecord past) {
        return past.unclean(run, record.topicId(), record.source());
    }

    /** Whether an attempt runs alone: one before it ended unclean. */
    boolean alone(JobRecord past, int attempt) {
        return unclean(past).stream().anyMatch(earlier -> earlier.number() < attempt);
    }

    /** A file of the job's folder under the request's prefix. Replays have folders of their own. */
    Location file(RenderRequest of, String name) {
        return at(of.output().prefixOrDefault() + "/" + key().name() + "/" + name);
    }

    /** Where a completed job's data are, for people. */
    Location result(RenderRequest of) {
        return file(of, "result.json");
    }

    Outcome.Context context(int attempt) {
        return new Outcome.Context(key(), attempt, worker, record.source(), request.labels());
    }

    JobRecord.Attempt attempt(int number, Instant now) {
        return new JobRecord.Attempt(
                number, request.digest(), record.topicId(), record.source(), worker, run, now.toEpochMilli(), null);
    }

    DeadLetter letter(DeadLetter.Reason reason, String message) {
        return DeadLetter.of(record, key(), reason, message, limits);
    }

    /** Milliseconds since the request was sent, or received where it does not say; not below 0 where clocks disagree. */
    long age(Instant now) {
        long since = record.timestamp() >= 0 ? record.timestamp() : receivedAt.toEpochMilli();
        return Math.max(0, now.toEpochMilli() - since);
    }
}
