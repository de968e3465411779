package io.darkroom.job.simulation;

import io.darkroom.job.Bytes;
import io.darkroom.job.JobKey;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.ParsedRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What stands in the store from long ago: pictures of requests whose job records have expired. Some are of the very request
 * that comes again; others are of one with the same id and another content, and nobody may be told that they are his.
 */
final class Leftovers {
    private static final String OLD = "sha256:old";

    private final FakeStore store;
    private final Random random;
    private final Set<JobKey> seen = new HashSet<>();
    /** Of each job, the digest of the request whose picture is there. */
    private final Map<JobKey, String> pictures = new HashMap<>();

    private final Set<JobKey> results = new HashSet<>();

    /** @param random of its own, so that schedules are what they are without */
    Leftovers(FakeStore store, Random random) {
        this.store = store;
        this.random = random;
    }

    void leave(List<Scenario.Request> requests) {
        for (Scenario.Request request : requests) {
            boolean comesFirst = seen.add(request.parsed().key());
            if (comesFirst && request.parsed() instanceof ParsedRequest.Valid && random.nextInt(6) == 0) {
                leave(request);
            }
        }
    }

    private void leave(Scenario.Request request) {
        JobKey key = request.parsed().key();
        switch (random.nextInt(4)) {
            case 0 -> picture(key, request.parsed().digest());
            case 1 -> picture(key, OLD);
            case 2 -> result(key);
            default -> {
                picture(key, OLD);
                result(key);
            }
        }
    }

    private void picture(JobKey key, String digest) {
        pictures.put(key, digest);
        put(key, "0.png", digest + "|long ago", digest);
    }

    private void result(JobKey key) {
        results.add(key);
        put(key, "result.json", "{\"id\":\"" + key.id() + "\",\"status\":\"completed\",\"outputs\":[]}", OLD);
    }

    private void put(JobKey key, String name, String content, String digest) {
        Location at = new Location(Simulation.BUCKET, "renders/" + key.name() + "/" + name);
        var unused = store.create(at, Bytes.utf8(content).array(), "", digest);
    }

    /** Whether a request finds its place taken as soon as it puts something there. */
    boolean inTheWay(ParsedRequest request) {
        String picture = pictures.getOrDefault(request.key(), request.digest());
        return !picture.equals(request.digest()) || resultInTheWay(request);
    }

    /** Whether it finds so when it is tried once more, before it is rendered. */
    boolean resultInTheWay(ParsedRequest request) {
        return results.contains(request.key());
    }
}
