package io.darkroom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCatalogTest {
    private static final int SIZE = 1000;

    @TempDir
    private Path directory;

    /** A model that only knows whether it is open. */
    private static final class Fake implements AutoCloseable {
        private final String name;
        private volatile boolean closed;

        Fake(ModelFolder folder) {
            name = folder.name();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private void folder(String name) throws IOException {
        Path root = directory.resolve(name);
        Files.createDirectories(root.resolve("scheduler"));
        Files.createDirectories(root.resolve("unet"));
        Files.writeString(
                root.resolve("model_index.json"),
                "{\"_class_name\": \"StableDiffusionPipeline\", \"unet\": [\"diffusers\", \"UNet2DConditionModel\"]}");
        Files.writeString(root.resolve("scheduler/scheduler_config.json"), "{}");
        Files.write(root.resolve("unet/model.onnx"), new byte[SIZE]);
    }

    private ModelCatalog<Fake> catalog(long budget) {
        return new ModelCatalog<>(directory, List.of(BuiltInModels.starter()), Optional.empty(), budget, Fake::new);
    }

    private static String name(ModelCatalog<Fake> catalog, String model) {
        try (Lease<Fake> lease = catalog.lease(model)) {
            return lease.model().name;
        }
    }

    @Test
    void theStarterIsAlwaysThereAndTheDefaultOfAnEmptyDirectory() {
        try (ModelCatalog<Fake> catalog = catalog(Long.MAX_VALUE)) {
            assertThat(catalog.names()).containsExactly("starter");
            assertThat(catalog.defaultName()).isEqualTo("starter");
            assertThat(name(catalog, "starter")).isEqualTo("starter");
        }
    }

    @Test
    void theOnlyModelInTheDirectoryIsTheDefaultAndWithTwoTheStarter() throws IOException {
        try (ModelCatalog<Fake> catalog = catalog(Long.MAX_VALUE)) {
            folder("one");
            assertThat(catalog.defaultName()).isEqualTo("one");

            folder("two");
            assertThat(catalog.defaultName()).isEqualTo("starter");
            assertThat(catalog.names()).containsExactly("one", "starter", "two");
        }
    }

    @Test
    void anUnknownModelIsRefusedWithThoseThatThereAre() throws IOException {
        folder("one");
        try (ModelCatalog<Fake> catalog = catalog(Long.MAX_VALUE)) {
            assertThatThrownBy(() -> catalog.lease("../one"))
                    .isInstanceOf(UnknownModelException.class)
                    .hasMessageContaining("\"../one\"")
                    .hasMessageContaining("one, starter");
        }
    }

    @Test
    void theLeastRecentlyUsedMakesRoom() throws IOException {
        folder("a");
        folder("b");
        folder("c");
        try (ModelCatalog<Fake> catalog = catalog(2 * (SIZE + 200))) {
            name(catalog, "a");
            name(catalog, "b");
            name(catalog, "a");

            name(catalog, "c");

            assertThat(catalog.loaded()).containsExactly("a", "c");
        }
    }

    @Test
    void whileAModelIsInUseThereIsRoomForWhatFitsBesideIt() throws IOException {
        folder("a");
        folder("b");
        folder("c");
        try (ModelCatalog<Fake> catalog = catalog(2 * (SIZE + 200))) {
            try (Lease<Fake> a = catalog.lease("a")) {
                assertThat(a.model().closed).isFalse();
                assertThat(catalog.hasRoom("b", Variant.PLAIN)).isTrue();
                name(catalog, "b");
                // It makes room where it is not in use.
                assertThat(catalog.hasRoom("c", Variant.PLAIN)).isTrue();
                try (Lease<Fake> b = catalog.lease("b")) {
                    assertThat(b.model().closed).isFalse();
                    assertThat(catalog.hasRoom("b", Variant.PLAIN)).isTrue();
                    assertThat(catalog.hasRoom("c", Variant.PLAIN)).isFalse();
                }
            }
            assertThat(catalog.bytesToLoad("a", Variant.PLAIN)).isZero();
            assertThat(catalog.bytesToLoad("c", Variant.PLAIN)).isBetween((long) SIZE, SIZE + 200L);
        }
        try (ModelCatalog<Fake> catalog = catalog(1)) {
            assertThat(catalog.hasRoom("a", Variant.PLAIN)).isTrue();
        }
    }

    @Test
    void upkeepTakesAllThatIsLoadedVariantsTooAndDoesNotCountAsUse() throws IOException {
        folder("a");
        folder("b");
        folder("c");
        vae("b", "fine");
        try (ModelCatalog<Fake> catalog = catalog(3 * (SIZE + 200))) {
            variant(catalog, "b", "fine");
            name(catalog, "a");

            List<Lease<Fake>> leases = catalog.leaseLoaded();

            assertThat(leases.stream().map(lease -> lease.model().name)).containsExactlyInAnyOrder("a", "b");
            leases.forEach(Lease::close);
        }
        try (ModelCatalog<Fake> catalog = catalog(2 * (SIZE + 200))) {
            name(catalog, "c");
            name(catalog, "a");
            catalog.leaseLoaded().forEach(Lease::close);

            name(catalog, "b");

            assertThat(catalog.loaded()).containsExactly("a", "b");
        }
    }

    private static String variant(ModelCatalog<Fake> catalog, String model, String vae) {
        try (Lease<Fake> lease = catalog.lease(model, Variant.PLAIN.withVae(vae))) {
            return lease.model().name;
        }
    }

    private void vae(String model, String name) throws IOException {
        Path decoder = directory.resolve(model).resolve("vaes").resolve(name).resolve("vae_decoder");
        Files.createDirectories(decoder);
        Files.write(decoder.resolve("model.onnx"), new byte[SIZE / 10]);
        Path index = directory.resolve(model).resolve("model_index.json");
        Files.writeString(
                index,
                "{\"_class_name\": \"StableDiffusionPipeline\", \"unet\": [\"diffusers\", \"U\"],"
                        + " \"vae\": [\"diffusers\", \"AutoencoderKL\"]}");
    }

    @Test
    void variantsAreModelsOfTheirOwnAndWhatTheyShareIsCountedOnce() throws IOException {
        folder("a");
        vae("a", "x");
        vae("a", "y");
        folder("b");
        try (ModelCatalog<Fake> catalog = catalog(SIZE + 600)) {
            name(catalog, "a");
            variant(catalog, "a", "x");
            variant(catalog, "a", "y");
            assertThat(catalog.loaded()).containsExactly("a", "a with vae x", "a with vae y");

            name(catalog, "b");

            assertThat(catalog.loaded())
                    .as("the shared part goes with the last of them")
                    .containsExactly("b");
        }
    }

    @Test
    void aModelInUseIsNeverClosedAndGoesWhenItIsGivenBack() throws IOException {
        folder("a");
        folder("b");
        try (ModelCatalog<Fake> catalog = catalog(SIZE + 200)) {
            Lease<Fake> a = catalog.lease("a");
            Lease<Fake> b = catalog.lease("b");
            assertThat(a.model().closed).isFalse();

            Fake model = a.model();
            a.close();
            a.close();

            assertThat(model.closed).isTrue();
            assertThat(catalog.loaded()).containsExactly("b");
            assertThat(b.model().closed).isFalse();
            b.close();
        }
    }

    @Test
    void aFailedLoadIsAProblemUntilItSucceeds() throws IOException {
        folder("a");
        AtomicInteger tries = new AtomicInteger();
        try (ModelCatalog<Fake> catalog = new ModelCatalog<>(
                directory, List.of(BuiltInModels.starter()), Optional.empty(), Long.MAX_VALUE, folder -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new ModelUnavailableException("unet/model.onnx is truncated");
                    }
                    return new Fake(folder);
                })) {
            assertThatThrownBy(() -> catalog.lease("a")).isInstanceOf(ModelUnavailableException.class);
            assertThat(catalog.problems()).containsOnlyKeys("a").containsValue("unet/model.onnx is truncated");

            name(catalog, "a");

            assertThat(catalog.problems()).isEmpty();
        }
    }

    @Test
    void anUnreadableIndexIsAProblemThatNamesTheFile() throws IOException {
        folder("a");
        Files.writeString(directory.resolve("a/scheduler/scheduler_config.json"), "{\"beta");
        try (ModelCatalog<Fake> catalog = catalog(Long.MAX_VALUE)) {
            assertThatThrownBy(() -> catalog.lease("a"))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining("scheduler_config.json");
            assertThat(catalog.problems().get("a")).contains("scheduler_config.json");
        }
    }

    @Test
    void manyThreadsNeverSeeAClosedModel() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            folder(name);
        }
        List<Fake> made = Collections.synchronizedList(new ArrayList<>());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ModelCatalog<Fake> catalog = new ModelCatalog<>(
                directory, List.of(BuiltInModels.starter()), Optional.empty(), 2 * (SIZE + 200), folder -> {
                    Fake fake = new Fake(folder);
                    made.add(fake);
                    return fake;
                })) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Boolean>> results = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                Random random = new Random(t);
                results.add(threads.submit(() -> {
                    start.await();
                    boolean sound = true;
                    for (int i = 0; i < 500; i++) {
                        String name = List.of("a", "b", "c").get(random.nextInt(3));
                        try (Lease<Fake> lease = catalog.lease(name)) {
                            sound &= !lease.model().closed && lease.model().name.equals(name);
                        }
                    }
                    return sound;
                }));
            }
            start.countDown();
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
            assertThat(made.stream().filter(f -> !f.closed))
                    .hasSize(catalog.loaded().size());
        } finally {
            threads.shutdownNow();
        }
        assertThat(made).allMatch(f -> f.closed);
    }
}
