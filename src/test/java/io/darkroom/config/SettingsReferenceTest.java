package io.darkroom.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.config.SettingsReference.Section;
import io.darkroom.config.SettingsReference.Setting;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/configuration.md} against the code, and writes it where it is asked to. */
class SettingsReferenceTest {
    private static final Path DOCUMENT = Path.of("docs/configuration.md");
    private static final String WRITE = "darkroom.docs.write";

    @Test
    void theDocumentIsWhatTheCodeSays() throws IOException {
        String written = document(SettingsReference.sections());
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(DOCUMENT, written);
        }

        assertThat(Files.readString(DOCUMENT))
                .as("made from the code: run ./mvnw test -Dtest=SettingsReferenceTest -D" + WRITE + "=true")
                .isEqualTo(written);
    }

    @Test
    void everySettingHasAMeaning() throws IOException {
        assertThat(SettingsReference.sections()).allSatisfy(section -> assertThat(section.settings())
                .isNotEmpty()
                .allSatisfy(setting ->
                        assertThat(setting.meaning()).as(setting.name()).isNotBlank()));
    }

    @Test
    void theSettingsAreThoseThatAreRead() throws IOException {
        Set<String> told = SettingsReference.sections().stream()
                .flatMap(section -> section.settings().stream())
                .map(Setting::name)
                .filter(name -> !name.contains("<"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> read = ConfigMappings.getProperties(ConfigClass.configClass(DarkroomConfig.class)).keySet().stream()
                .filter(name -> !name.contains("*"))
                .map(name -> name.replace("[]", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(told).isEqualTo(read);
    }

    private static String document(List<Section> sections) {
        StringBuilder text = new StringBuilder(
                """
                # Configuration

                Every setting of Darkroom's own. This file is made from the code
                (`./mvnw test -Dtest=SettingsReferenceTest -Ddarkroom.docs.write=true`); a test fails where it is out of date.

                A setting is given as `-Ddarkroom.worker.drain=30S`, as an environment variable (`DARKROOM_WORKER_DRAIN=30S`: upper
                case, an underscore for everything that is no letter or digit), in an `application.properties` beside the packaged
                application, or in one in `config/` there. Names that there are not and values that are not accepted stop the start,
                all of them told at once.

                A **size** takes K, M and G (powers of 1024), a **duration** a unit (`500ms`, `30S`, `5M`, `PT1H`), a **list** commas.

                Kafka's and Quarkus's settings keep their names: `kafka.bootstrap.servers` and any other of Kafka's clients after
                `kafka.`, `quarkus.http.host`, `quarkus.http.port`, and what [traces and the log](operations.md#traces) take.
                """);
        for (Section section : sections) {
            text.append("\n## ").append(section.title()).append("\n\n");
            if (!section.meaning().isEmpty()) {
                text.append(section.meaning()).append("\n\n");
            }
            text.append("| setting | type | default | meaning |\n|---|---|---|---|\n");
            for (Setting setting : section.settings()) {
                text.append("| `%s` | %s | %s | %s |\n"
                        .formatted(setting.name(), setting.type(), setting.byDefault(), setting.meaning()));
            }
        }
        return text.toString();
    }
}
