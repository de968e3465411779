package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.engine.CallMeter;
import io.darkroom.engine.Engine;
import io.darkroom.engine.FaultyDevice;
import io.darkroom.engine.Memory;
import io.darkroom.job.Cancellation;
import io.darkroom.job.EventType;
import io.darkroom.job.Limits;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.TerminalEvent;
import io.darkroom.model.CallListener;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The starter on two real devices, each with half of the CPU, behind one delivery loop. */
class TwoDevicesTest {
    private static final int NEVER = Integer.MAX_VALUE;
    private static final List<Device> WHOLE = List.of(new Device.Cpu());
    private static final List<Device> HALVES = List.of(new Device.Cpu(0, 2), new Device.Cpu(1, 2));

    @TempDir
    Path noModels;

    private final ExecutorService beside = Executors.newFixedThreadPool(2);
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<FaultyDevice> devices = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        beside.shutdown();
        assertThat(devices)
                .allSatisfy(d -> assertThat(d.open).as("models still open").hasValue(0));
        assertThat(OnnxLoader.openTensors()).as("native tensors").isZero();
    }

    /** Is told of each call of the denoiser on a device, on that device's thread. */
    private interface Called {
        void on(int device);
    }

    private LoopHarness worker(List<Device> on, int jobsEach, MemoryStore store, Called called) {
        List<DeviceModels.One> each = new ArrayList<>();
        for (Device device : on) {
            int index = each.size();
            CallMeter meter = new CallMeter((kind, rows, nanos) -> {
                if (kind == CallListener.Kind.DENOISER) {
                    called.on(index);
                }
            });
            FaultyDevice faulty = new FaultyDevice(new OnnxLoader(device, meter), NEVER);
            devices.add(faulty);
            each.add(new DeviceModels.One(device, TestModels.starter(noModels, faulty), meter));
        }
        Engines engines = Engines.start(
                new DeviceModels(each),
                (one, broken) -> new Engine(
                        one.device().toString(),
                        one.models(),
                        one.meter(),
                        new Engine.Settings(jobsEach, 16, false, Duration.ofMinutes(1), Limits.DEFAULTS),
                        new Engine.Helpers(
                                (field, at) -> {
                                    throw new IllegalStateException("no input pictures here");
                                },
                                beside,
                                beside,
                                broken,
                                Memory.UNKNOWN,
                                Duration.ZERO)),
                jobsEach,
                model -> Optional.empty(),
                broken -> {
                    throw new IllegalStateException(broken.cause());
                });
        open.add(engines);
        engines.warm().join();
        LoopHarness harness =
                new LoopHarness(store, engines.fleet(), engines.fleet().room());
        open.add(harness);
        return harness;
    }

    private static String request(String id, int steps, int priority) {
        return "{\"id\":\"" + id + "\",\"prompt\":\"a red house\",\"seed\":7,\"num_inference_steps\":" + steps
                + ",\"priority\":" + priority + ",\"scheduler\":\"euler_ancestral\"}";
    }

    /** The digests of each job's pictures. */
    private static Map<String, List<String>> pictures(LoopHarness of, int jobs) throws InterruptedException {
        Map<String, List<String>> digests = new HashMap<>();
        for (int i = 0; i < jobs; i++) {
            TerminalEvent event = of.nextEvent();
            assertThat(event.type()).as(event.json().toString()).isEqualTo(EventType.COMPLETED);
            digests.put(event.key().id(), digests(event.json()));
        }
        return digests;
    }

    private static List<String> digests(JsonNode event) {
        return event.path("outputs").findValuesAsText("sha256");
    }

    private static List<String> started(LoopHarness of) {
        return of.announcer.started.stream()
                .map(StartedEvent::key)
                .map(k -> k.id())
                .toList();
    }

    private static void until(Callable<Boolean> state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(state);
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited for in vain");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void twoJobsAreOnTwoDevicesAtTheSameTime() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        AtomicBoolean[] seen = {new AtomicBoolean(), new AtomicBoolean()};
        LoopHarness worker = worker(HALVES, 4, new MemoryStore(), device -> {
            if (seen[device].compareAndSet(false, true)) {
                both.countDown();
                await(both); // neither goes on before the other has called too
            }
        });

        worker.send(request("a", 3, 5));
        worker.send(request("b", 3, 5));

        assertThat(pictures(worker, 2)).containsOnlyKeys("a", "b");
        assertThat(both.getCount()).isZero();
    }

    @Test
    void picturesAreThoseOfOneDeviceToTheLastBitAlsoWhereOneRunsOutOfMemory() throws Exception {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(request("job" + i, 2 + i % 3, i).replace("\"seed\":7", "\"seed\":" + i));
        }
        LoopHarness one = worker(WHOLE, 16, new MemoryStore(), device -> {});
        requests.forEach(one::send);
        Map<String, List<String>> expected = pictures(one, requests.size());

        LoopHarness two = worker(HALVES, 16, new MemoryStore(), device -> {});
        devices.get(1).faults(1, 1);
        requests.forEach(two::send);

        assertThat(pictures(two, requests.size())).isEqualTo(expected);
        assertThat(devices.get(1).faults.get()).as("faults of the first device").isPositive();
        assertThat(devices.get(2).faults.get()).as("faults of the second").isZero();
    }

    @Test
    void ofThoseThatWaitTheMostUrgentGetsTheFirstRoomOnAnyDevice() throws Exception {
        CountDownLatch all = new CountDownLatch(1);
        LoopHarness worker = worker(HALVES, 1, new MemoryStore(), device -> await(all));
        worker.send(request("running-1", 2, 5));
        worker.send(request("running-2", 30, 5));
        until(() -> started(worker).size() == 2);
        worker.send(request("bulk", 2, 0));
        worker.send(request("urgent", 2, 9));
        until(() -> worker.loop.snapshot("urgent").isPresent());

        all.countDown();

        pictures(worker, 4);
        // the first two start on devices of their own: neither is bound to be told first
        assertThat(started(worker).subList(0, 2)).containsExactlyInAnyOrder("running-1", "running-2");
        assertThat(started(worker).subList(2, 4)).containsExactly("urgent", "bulk");
    }

    @Test
    void aJobIsCanceledOnItsDeviceAndTheOtherDevicesJobGoesOn() throws Exception {
        CountDownLatch canceled = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(2);
        LoopHarness worker = worker(HALVES, 2, new MemoryStore(), device -> {
            called.countDown();
            await(canceled);
        });
        worker.send(request("goes-on", 4, 5));
        worker.send(request("canceled", 1000, 5));
        await(called);

        worker.loop.cancel(new Cancellation("canceled", false, "enough", Long.MAX_VALUE));
        TerminalEvent first = worker.nextEvent();
        canceled.countDown();

        assertThat(first.key().id()).isEqualTo("canceled");
        assertThat(first.type()).isEqualTo(EventType.CANCELED);
        assertThat(pictures(worker, 1)).containsOnlyKeys("goes-on");
    }

    @Test
    void aDrainWritesDownWhatBothDevicesHaveAndTheNextWorkerGoesOnToTheSamePictures() throws Exception {
        List<String> requests = List.of(request("a", 40, 5), request("b", 30, 5));
        LoopHarness undisturbed = worker(WHOLE, 4, new MemoryStore(), device -> {});
        requests.forEach(undisturbed::send);
        Map<String, List<String>> expected = pictures(undisturbed, 2);
        MemoryStore store = new MemoryStore();
        CountDownLatch stepped = new CountDownLatch(12);
        CountDownLatch draining = new CountDownLatch(1);
        LoopHarness first = worker(HALVES, 4, store, device -> {
            stepped.countDown();
            if (stepped.getCount() == 0) {
                await(draining);
            }
        });
        requests.forEach(first::send);
        await(stepped);

        var drained = first.loop.drain(Duration.ZERO).toCompletableFuture();
        draining.countDown();
        drained.get();

        assertThat(store.objects.keySet()).anyMatch(key -> key.startsWith(".darkroom/jobs/a/checkpoints/1-"));
        assertThat(store.objects.keySet()).anyMatch(key -> key.startsWith(".darkroom/jobs/b/checkpoints/1-"));
        for (String json : store.objects.keySet().stream()
                .filter(key -> key.endsWith("attempt-1-end"))
                .map(first::stored)
                .toList()) {
            assertThat(json).contains("\"clean\":true");
        }
        LoopHarness second = worker(HALVES, 4, store, device -> {});
        requests.forEach(second::send);
        assertThat(pictures(second, 2)).isEqualTo(expected);
    }
}
