package io.darkroom.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.standalone.Standalone.Given;
import io.darkroom.standalone.Standalone.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandaloneTest {
    @ParameterizedTest
    @CsvSource({
        // broker, store, enabled, Kubernetes
        ", , , , STANDALONE",
        "'', ' ', , '', STANDALONE",
        ", , true, , STANDALONE",
        ", , true, 10.0.0.1, STANDALONE",
        "k:9092, http://s, , , CLUSTER",
        "k:9092, http://s, false, , CLUSTER",
        "k:9092, http://s, , 10.0.0.1, CLUSTER"
    })
    void decides(String broker, String store, Boolean enabled, String kubernetes, Mode expected) {
        assertThat(Standalone.decide(new Given(broker, store, enabled, kubernetes)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "k:9092, , , , 'kafka.bootstrap.servers is set, but darkroom.storage.endpoint is not'",
        ", http://s, , , 'darkroom.storage.endpoint is set, but kafka.bootstrap.servers is not'",
        "k:9092, , true, , 'kafka.bootstrap.servers is set, but darkroom.storage.endpoint is not'",
        ", , false, , darkroom.standalone.enabled is false",
        ", , , 10.0.0.1, In Kubernetes Darkroom needs a broker and a store",
        "k:9092, http://s, true, , darkroom.standalone.enabled is true"
    })
    void refusesWithWhatIsMissing(String broker, String store, Boolean enabled, String kubernetes, String message) {
        assertThatThrownBy(() -> Standalone.decide(new Given(broker, store, enabled, kubernetes)))
                .isInstanceOf(StandaloneException.class)
                .hasMessageContaining(message);
    }

    @Test
    void readsRoles() {
        assertThat(Role.parse(List.of("broker", " Store "))).containsExactlyInAnyOrder(Role.BROKER, Role.STORE);
        assertThatThrownBy(() -> Role.parse(List.of("borker")))
                .hasMessage("darkroom.standalone.roles: there is no role \"borker\";"
                        + " accepted is a list of broker, store, worker and web");
        assertThatThrownBy(() -> Role.parse(List.of(" "))).isInstanceOf(StandaloneException.class);
    }

    @Test
    void shipsWithWhatTheDocumentationSays() {
        StandaloneConfig shipped = StandaloneConfig.shipped();

        assertThat(shipped.dataDir()).hasToString("darkroom-data");
        assertThat(shipped.kafkaPort()).isEqualTo(9092);
        assertThat(shipped.s3Port()).isEqualTo(9000);
        assertThat(shipped.roles()).containsExactlyInAnyOrder(Role.values());
        assertThat(shipped.store()).isEqualTo(new StoreAccess("darkroom", "us-east-1", "darkroom", "darkroom-secret"));
        assertThat(shipped.store().toString()).doesNotContain("secret");
    }
}
