package io.darkroom.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.engine.CallMeter;
import io.darkroom.engine.Engine;
import io.darkroom.engine.HandDevice;
import io.darkroom.engine.Memory;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Disposition;
import io.darkroom.job.EventType;
import io.darkroom.job.Limits;
import io.darkroom.job.TerminalEvent;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.onnx.Device;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import io.darkroom.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random mixes of jobs on two devices that run out of memory now and then: some jobs are canceled, by themselves or by
 * their group, before they come or later; some expire; some workers are stopped in the middle. One mix again, and others:
 * {@code -Ddarkroom.mix=<number>}, {@code -Ddarkroom.mixes=<how many>}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MixPropertyTest {
    private static final int FIRST = Integer.getInteger("darkroom.mix", 1);
    private static final int MIXES =
            Integer.getInteger("darkroom.mix") == null ? Integer.getInteger("darkroom.mixes", 60) : 1;
    private static final int ROOM = 3;
    private static final int KINDS = 16;
    /** In latents: no row of that width fits. */
    private static final int TOO_WIDE = 16;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ExecutorService beside = Executors.newFixedThreadPool(2);
    private final List<HandDevice> devices = List.of(new HandDevice(), new HandDevice());
    private final Random memory = new Random(FIRST);
    private Engines engines;
    private Map<String, List<String>> alone;

    /** Three fields of what a job looks like; what it comes to depends on nothing else. */
    private static String looks(int kind) {
        Random random = new Random(kind);
        return ",\"prompt\":\"p" + kind % 3 + "\",\"seed\":" + kind + ",\"num_inference_steps\":"
                + (1 + random.nextInt(5))
                + ",\"guidance_scale\":" + (random.nextBoolean() ? 1 : 5)
                + ",\"scheduler\":\""
                + List.of("ddim", "euler_ancestral", "heun", "dpmpp_2m_sde").get(random.nextInt(4))
                + "\",\"num_images_per_prompt\":" + (1 + random.nextInt(3))
                + ",\"height\":64,\"width\":" + (kind % 8 == 7 ? TOO_WIDE * 8 : kind % 2 == 0 ? 64 : 96);
    }

    @BeforeAll
    void start(@TempDir Path noModels) throws Exception {
        List<DeviceModels.One> each = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            HandDevice device = devices.get(i);
            CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
            device.listener = meter;
            device.answer = this::halved;
            Models models = TestModels.starter(noModels, device);
            each.add(new DeviceModels.One(new Device.Cpu(i, devices.size()), models, meter));
        }
        engines = Engines.start(
                new DeviceModels(each),
                (one, broken) -> new Engine(
                        one.device().toString(),
                        one.models(),
                        one.meter(),
                        new Engine.Settings(ROOM, 16, false, Duration.ofMinutes(1), Limits.DEFAULTS),
                        new Engine.Helpers(
                                (field, at) -> {
                                    throw new IllegalStateException("no input pictures here");
                                },
                                beside,
                                beside,
                                broken,
                                Memory.UNKNOWN,
                                Duration.ofMillis(3))),
                ROOM,
                model -> Optional.empty(),
                broken -> {
                    throw new IllegalStateException(broken.cause());
                });
        engines.warm().join();
        alone = new HashMap<>();
        for (int kind = 0; kind < KINDS; kind++) {
            try (LoopHarness worker = worker(new MemoryStore())) {
                worker.send("{\"id\":\"alone\"" + looks(kind) + "}");
                alone.put(looks(kind), pictures(worker.nextEvent()));
            }
        }
    }

    @AfterAll
    void stop() {
        engines.close();
        beside.shutdown();
        assertThat(devices)
                .allSatisfy(d -> assertThat(d.open).as("models still open").hasValue(0));
    }

    /** As a model would: each row by itself. Now and then there is no room for so many, and never for wide ones. */
    private List<Tensor> halved(List<Tensor> rows) {
        boolean full;
        synchronized (memory) {
            full = rows.size() > 1 && memory.nextInt(8) == 0;
        }
        if (full || rows.get(0).dim(2) >= TOO_WIDE) {
            throw new DeviceMemoryException("full, with " + rows.size() + " rows", new IllegalStateException());
        }
        return rows.stream()
                .map(row -> {
                    float[] half = row.data().clone();
                    for (int i = 0; i < half.length; i++) {
                        half[i] *= 0.5f;
                    }
                    return Tensor.of(half, row.shape());
                })
                .toList();
    }

    private LoopHarness worker(MemoryStore store) {
        return new LoopHarness(store, engines.fleet(), engines.fleet().room());
    }

    @Test
    void inAnyMixEveryJobEndsExactlyOnceWithItsOwnPictureAndNothingIsLeftOpen() throws Exception {
        for (int mix = FIRST; mix < FIRST + MIXES; mix++) {
            try {
                check(new Random(mix));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("mix " + mix + " (again: -Ddarkroom.mix=" + mix + "): " + e.getMessage(), e);
            }
        }
    }

    private enum Fate {
        UNDISTURBED,
        CANCELED_BEFORE,
        CANCELED_LATER,
        GROUP_CANCELED,
        EXPIRED,
        EXPIRES_SOON
    }

    private record Job(String id, String looks, Fate fate) {
        String json(Random random) {
            String tenant = random.nextBoolean() ? ",\"tenant\":\"t" + random.nextInt(3) + "\"" : "";
            String group = fate == Fate.GROUP_CANCELED ? ",\"group\":\"g\"" : "";
            Instant now = Instant.now();
            String expiry = fate == Fate.EXPIRED
                    ? ",\"expires_at\":\"" + now.minusSeconds(5) + "\""
                    : fate == Fate.EXPIRES_SOON ? ",\"expires_at\":\"" + now.plusMillis(random.nextInt(20)) + "\"" : "";
            return "{\"id\":\"" + id + "\",\"priority\":" + random.nextInt(10) + tenant + group + expiry + looks + "}";
        }
    }

    private void check(Random random) throws Exception {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 4 + random.nextInt(10); i++) {
            Fate fate = random.nextBoolean() ? Fate.UNDISTURBED : Fate.values()[random.nextInt(Fate.values().length)];
            jobs.add(new Job("job-" + i, looks(random.nextInt(KINDS)), fate));
        }
        MemoryStore store = new MemoryStore();
        Map<String, String> requests = new LinkedHashMap<>();
        jobs.forEach(job -> requests.put(job.id(), job.json(random)));
        Map<String, TerminalEvent> ended = new ConcurrentHashMap<>();
        boolean stopped = random.nextInt(4) == 0;

        try (LoopHarness worker = worker(store)) {
            jobs.stream().filter(j -> j.fate() == Fate.CANCELED_BEFORE).forEach(j -> cancel(worker, j.id(), false));
            List<CompletableFuture<Disposition>> sent = new ArrayList<>();
            for (Job job : jobs) {
                sent.add(worker.submit(String.valueOf(requests.get(job.id()))));
                if (job.fate() == Fate.CANCELED_LATER) {
                    cancel(worker, job.id(), false);
                }
            }
            if (jobs.stream().anyMatch(j -> j.fate() == Fate.GROUP_CANCELED)) {
                cancel(worker, "g", true);
            }
            if (stopped) {
                worker.loop
                        .drain(Duration.ofMillis(random.nextInt(3)))
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            for (CompletableFuture<Disposition> one : sent) {
                one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            collect(worker, ended);
        }
        if (stopped) {
            try (LoopHarness next = worker(store)) {
                for (Job job : jobs) {
                    if (!ended.containsKey(job.id())) {
                        if (job.fate() == Fate.CANCELED_BEFORE) {
                            cancel(next, job.id(), false);
                        }
                        next.submit(String.valueOf(requests.get(job.id()))).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    }
                }
                collect(next, ended);
            }
        }
        assertThat(ended.keySet()).containsExactlyInAnyOrderElementsOf(requests.keySet());
        jobs.forEach(job -> requireEnd(job, requireNonNull(ended.get(job.id())), store));
        // One may still have been on its way when its job was through.
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(store.objects.keySet())
                .as("checkpoints that are left")
                .noneMatch(key -> key.contains("/checkpoints/")));
        assertThat(engines.fleet().on("cpu:0")).isEmpty();
        assertThat(engines.fleet().on("cpu:1")).isEmpty();
    }

    private static void cancel(LoopHarness worker, String target, boolean group) {
        worker.loop.cancel(new Cancellation(target, group, "enough", Long.MAX_VALUE));
    }

    /** What was told so far: copies of an event agree. */
    private static void collect(LoopHarness worker, Map<String, TerminalEvent> ended) {
        for (HandAnnouncer.Sent<TerminalEvent> sent : worker.announcer.events) {
            TerminalEvent before = ended.putIfAbsent(sent.what().key().id(), sent.what());
            assertThat(before == null ? sent.what() : before).as("told twice").isEqualTo(sent.what());
        }
        assertThat(worker.announcer.events).as("each once by each worker").doesNotHaveDuplicates();
    }

    private void requireEnd(Job job, TerminalEvent event, MemoryStore store) {
        assertThat(new String(store.objects.get(".darkroom/jobs/" + job.id() + "/outcome"), StandardCharsets.UTF_8))
                .isEqualTo(event.data().text());
        boolean fits = !job.looks().contains("\"width\":" + TOO_WIDE * 8);
        EventType own = fits ? EventType.COMPLETED : EventType.FAILED;
        String code = String.valueOf(event.failureCode());
        switch (job.fate()) {
            case UNDISTURBED -> assertThat(event.type()).as("%s", event.json()).isEqualTo(own);
            case CANCELED_BEFORE -> assertThat(event.type())
                    .as("%s", event.json())
                    .isEqualTo(EventType.CANCELED);
            case EXPIRED -> assertThat(code).as("%s", event.json()).isEqualTo("expired");
            case CANCELED_LATER, GROUP_CANCELED -> assertThat(event.type())
                    .as("%s", event.json())
                    .isIn(own, EventType.CANCELED);
            case EXPIRES_SOON -> assertThat(event.type() == EventType.COMPLETED || !code.isEmpty())
                    .isTrue();
        }
        if (event.type() == EventType.COMPLETED) {
            assertThat(pictures(event)).as("%s: %s", job.id(), job.looks()).isEqualTo(alone.get(job.looks()));
        } else if (event.type() == EventType.FAILED) {
            assertThat(code).isIn(fits ? List.of("expired") : List.of("expired", "out_of_memory"));
        }
    }

    private static List<String> pictures(TerminalEvent event) {
        return event.json().path("outputs").findValuesAsText("sha256");
    }
}
