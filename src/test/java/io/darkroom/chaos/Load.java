package io.darkroom.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Sends what a seed makes of a scale: jobs, poison among them, copies of requests, false copies, cancellations. */
final class Load {
    /** So many jobs for each worker are sent before any fault has struck, and are kept ahead. */
    private static final int AHEAD = 6;

    private static final int DUPLICATES = 20;
    private static final int CONFLICTS = 50;
    private static final int CANCELLATIONS = 15;
    private static final int POLL_MS = 50;

    private final Client client;
    private final Random random;
    private final Scale scale;
    private final List<String> sent = new ArrayList<>();

    Load(Client client, long seed, Scale scale) {
        this.client = client;
        this.random = new Random(seed ^ 0x10ad);
        this.scale = scale;
    }

    /** Sends one job of each kind, and waits until all have ended. */
    void references() throws InterruptedException {
        Set<String> references = new TreeSet<>();
        for (Kind kind : Kind.all().toList()) {
            client.send(kind.reference(), kind.request(kind.reference()), "render", kind);
            references.add(kind.reference());
        }
        while (!client.ended().containsAll(references)) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /**
     * Sends all others.
     *
     * @param progress of the faults, from 0 to 1: the jobs last as long
     */
    void jobs(DoubleSupplier progress) throws InterruptedException {
        int poisonEvery = scale.jobs() / (scale.poison() + 1);
        for (int i = 0; i < scale.jobs(); i++) {
            while (i > AHEAD * scale.workers() + progress.getAsDouble() * scale.jobs()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
            if (i % poisonEvery == poisonEvery - 1 && i / poisonEvery < scale.poison()) {
                send(Slot.POISON + i / poisonEvery, "poison");
            }
            send("job-" + i, "render");
            if (i % DUPLICATES == DUPLICATES - 1) {
                again(sent.get(random.nextInt(sent.size())));
            }
            if (i % CONFLICTS == CONFLICTS / 2) {
                // Of a job that has ended: which of two that come together is the first is anybody's guess.
                Kind kind = new Kind(random.nextInt(Kind.COUNT));
                client.send(kind.reference(), kind.otherRequest(kind.reference(), i), "conflict", kind);
            }
            if (i % CANCELLATIONS == CANCELLATIONS - 1) {
                client.cancel("job-" + (i - random.nextInt(CANCELLATIONS)));
            }
        }
    }

    /** Every job but the references. */
    List<String> sent() {
        return sent;
    }

    private void send(String id, String expect) throws InterruptedException {
        Kind kind = kind(id);
        client.send(id, kind.request(id), expect, kind);
        sent.add(id);
    }

    private void again(String id) throws InterruptedException {
        Kind kind = kind(id);
        client.send(id, kind.request(id), id.startsWith(Slot.POISON) ? "poison" : "render", kind);
    }

    private static Kind kind(String id) {
        return new Kind(Math.floorMod(id.hashCode(), Kind.COUNT));
    }
}
