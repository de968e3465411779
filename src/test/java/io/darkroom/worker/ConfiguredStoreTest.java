package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.SurroundingsException;
import io.darkroom.storage.StoreConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfiguredStoreTest {
    @Test
    void aCallHasAMinuteAndHalfOfItInSilence() {
        StoreConfig config = ConfiguredStore.config(storage(Map.of()));

        assertThat(config.callTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.readTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aCallHasTheTimeThatIsSet() {
        StoreConfig config = ConfiguredStore.config(storage(Map.of("darkroom.storage.timeout", "10M")));

        assertThat(config.callTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.readTimeout()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aStoreThatDoesNotAnswerInThatTimeIsAFaultOfTheSurroundings() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ConfiguredStore store = ConfiguredStore.open(storage(Map.of(
                        "darkroom.storage.endpoint",
                        "http://127.0.0.1:" + silent.getLocalPort(),
                        "darkroom.storage.timeout",
                        "1S")))) {
            long begun = System.nanoTime();

            assertThatThrownBy(() -> store.store().read(new Location("darkroom", "a"), 10))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("no answer in time");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private static DarkroomConfig.Storage storage(Map<String, String> settings) {
        Map<String, String> given = new HashMap<>(Map.of(
                "darkroom.storage.endpoint", "http://127.0.0.1:9000",
                "darkroom.storage.access-key", "access",
                "darkroom.storage.secret-key", "secret"));
        given.putAll(settings);
        return new SmallRyeConfigBuilder()
                .withDefaultValues(given)
                .addDiscoveredConverters()
                .withMapping(DarkroomConfig.class)
                .build()
                .getConfigMapping(DarkroomConfig.class)
                .storage();
    }
}
