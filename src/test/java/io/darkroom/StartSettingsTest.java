package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.standalone.StandaloneException;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartSettingsTest {
    private static StartSettings with(Map<String, String> given) {
        return new StartSettings(sources(given).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"darkroom.standalone.kafka-port", "darkroom.standalone.s3-port"})
    void thePageHasAPortOfItsOwn(String setting) {
        StartSettings same = with(Map.of("quarkus.http.port", "9555", setting, "9555"));

        assertThatThrownBy(same::standalone)
                .isInstanceOf(StandaloneException.class)
                .hasMessageContaining("quarkus.http.port")
                .hasMessageContaining(setting)
                .hasMessageContaining("9555");
        assertThat(with(Map.of("quarkus.http.port", "9555")).standalone().kafkaPort())
                .isEqualTo(9092);
    }

    @Test
    void eachMayTakeAFreePort() {
        Map<String, String> free = Map.of(
                "quarkus.http.port", "0", "darkroom.standalone.kafka-port", "0", "darkroom.standalone.s3-port", "0");

        assertThat(with(free).standalone().kafkaPort()).isZero();
    }

    /** What the topics do not take no worker would ever see. */
    @ParameterizedTest
    @ValueSource(strings = {"2097153", "3M", "1G"})
    void aRequestIsNoLargerThanItsTopicTakes(String size) {
        assertThatThrownBy(() ->
                        with(Map.of("darkroom.limits.request-bytes", size)).check())
                .isInstanceOf(StandaloneException.class)
                .hasMessageContaining("darkroom.limits.request-bytes: \"" + size + "\": at most 2M is accepted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2M", "2048K", "1K"})
    void aSmallerLimitIsAccepted(String size) {
        assertThat(told(Map.of("darkroom.limits.request-bytes", size))).doesNotContain("request-bytes");
    }

    @Test
    void anotherBrokersTopicsMayTakeMore() {
        assertThat(told(Map.of("darkroom.limits.request-bytes", "4M", "kafka.bootstrap.servers", "127.0.0.1:1")))
                .doesNotContain("request-bytes");
    }

    /** Both at once, and before anything is started. */
    @Test
    void noLimitIsBeyondWhatAnArrayHolds() {
        String told = told(Map.of(
                "darkroom.limits.request-bytes",
                "3G",
                "darkroom.limits.prompt-bytes",
                "2147483648",
                "kafka.bootstrap.servers",
                "127.0.0.1:1"));

        assertThat(told)
                .contains("darkroom.limits.request-bytes: \"3G\": at most 2147483647 bytes are accepted")
                .contains("darkroom.limits.prompt-bytes: \"2147483648\": at most 2147483647 bytes are accepted");
        assertThat(told(Map.of("darkroom.limits.prompt-bytes", "2147483647"))).doesNotContain("prompt-bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0S", "999ms", "-5S", "25H"})
    void theStoresTimeoutIsOneThatACallCanKeep(String timeout) {
        assertThat(problems("darkroom.storage.timeout", timeout))
                .containsExactly("darkroom.storage.timeout: \"" + timeout + "\" must be 1S to 24H");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1S", "PT5M", "24H"})
    void theStoreMayTakeItsTime(String timeout) {
        assertThat(problems("darkroom.storage.timeout", timeout)).isEmpty();
    }

    /** What is wrong with this one of Darkroom's settings; the tests' own properties are no settings. */
    private static List<String> problems(String name, String value) {
        Map<String, String> settings = Map.of(name, value);
        return SettingsCheck.problems(sources(settings).build(), sources(settings)).stream()
                .filter(problem -> problem.startsWith(name))
                .toList();
    }

    private static SmallRyeConfigBuilder sources(Map<String, String> settings) {
        return ConfigUtils.emptyConfigBuilder().withSources(new PropertiesConfigSource(settings, "test", 1000));
    }

    /** What is wrong; the tests' own properties are no settings. */
    private static String told(Map<String, String> settings) {
        try {
            with(settings).check();
            return "";
        } catch (StandaloneException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
