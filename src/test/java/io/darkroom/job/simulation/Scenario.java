package io.darkroom.job.simulation;

import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What stands on the request topic: jobs of several kinds, duplicates, and ids that are used twice. */
final class Scenario {
    /** What a request's content leads to. */
    enum Kind {
        GOOD,
        /** The renderer says that the request is at fault. */
        FAILS,
        /** Ends its worker whenever it is rendered. */
        POISON,
        /** Ends its worker whenever it has come so far. */
        LATE_POISON,
        /** Its prefix is refused by the store. */
        REFUSED,
        /** May expire at any time. */
        EXPIRES,
        INVALID,
        UNREADABLE
    }

    /** A record of the topic with what the parser makes of it. */
    record Request(IncomingRecord record, ParsedRequest parsed, Kind kind) {}

    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    private final Random random;
    private final List<Draft> drafts = new ArrayList<>();

    private record Draft(Kind kind, String json, int generation) {}

    private Scenario(Random random) {
        this.random = random;
    }

    /** The records of each partition, in order. */
    static List<List<Request>> make(Random random, int partitions) {
        return new Scenario(random).partitions(partitions);
    }

    private List<List<Request>> partitions(int count) {
        int jobs = 1 + random.nextInt(4);
        for (int job = 0; job < jobs; job++) {
            job(job);
        }
        Collections.shuffle(drafts, random);
        List<List<Request>> partitions = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            partitions.add(new ArrayList<>());
        }
        for (Draft draft : drafts) {
            int partition = random.nextInt(count);
            List<Request> into = partitions.get(partition);
            into.add(request(draft, partition, into.size()));
        }
        return partitions;
    }

    private void job(int job) {
        Kind kind = kind();
        add(kind, job, 0, 0);
        while (random.nextInt(4) == 0) {
            add(kind, job, 0, 0);
        }
        if (random.nextInt(6) == 0) {
            add(kind(), job, 1, 0);
        }
        if (random.nextInt(8) == 0) {
            add(kind, job, 0, 1);
        }
    }

    private Kind kind() {
        int roll = random.nextInt(20);
        return roll < 12 ? Kind.GOOD : Kind.values()[1 + (roll - 12) % 7];
    }

    private void add(Kind kind, int job, int content, int generation) {
        String prompt = kind + "-" + content;
        String json =
                switch (kind) {
                    case GOOD,
                            FAILS,
                            POISON,
                            LATE_POISON,
                            REFUSED,
                            EXPIRES -> "{\"id\":\"job-%d\",\"prompt\":\"%s\",\"num_images_per_prompt\":%d,\"priority\":%d}"
                            .formatted(job, prompt, 1 + (job + content) % 3, random.nextInt(10));
                    case INVALID -> "{\"id\":\"job-%d\",\"promt\":\"%s\"}".formatted(job, prompt);
                    case UNREADABLE -> "{\"id\":\"job-%d\",".formatted(job);
                };
        drafts.add(new Draft(kind, json, generation));
    }

    private static Request request(Draft draft, int partition, int offset) {
        List<IncomingRecord.Header> headers = draft.generation == 0
                ? List.of()
                : List.of(new IncomingRecord.Header(
                        RequestParser.GENERATION_HEADER, Bytes.utf8(Integer.toString(draft.generation))));
        Source source = new Source("requests", partition, offset, null);
        IncomingRecord record =
                new IncomingRecord(source, "topic-id", 1_000_000, null, Bytes.utf8(draft.json), headers);
        return new Request(record, PARSER.parse(record), draft.kind);
    }
}
