package io.darkroom.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.EventType;
import io.smallrye.config.WithDefault;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The published AsyncAPI and OpenAPI against the code. */
class InterfaceFilesTest {
    private static final java.nio.file.Path FOLDER = java.nio.file.Path.of("src", "main", "resources", "interface");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Map<Class<? extends Annotation>, String> VERBS =
            Map.of(GET.class, "get", POST.class, "post", DELETE.class, "delete");

    private static JsonNode read(String name) throws IOException {
        return YAML.readTree(Files.readString(FOLDER.resolve(name)));
    }

    @Test
    void theOpenApiReadsWithoutAComplaint() {
        ParseOptions options = new ParseOptions();
        options.setResolve(true);

        var read = new OpenAPIV3Parser()
                .readLocation(FOLDER.resolve("openapi.yaml").toString(), null, options);

        assertThat(read.getMessages()).isEmpty();
        OpenAPI api = read.getOpenAPI();
        assertThat(api.getPaths()).isNotEmpty();
    }

    @Test
    void theOpenApiHasEveryOperationOfTheApiAndNoOther() throws IOException {
        TreeSet<String> published = new TreeSet<>();
        read("openapi.yaml").path("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(operation -> VERBS.containsValue(operation.getKey()))
                .forEach(operation -> published.add(operation.getKey() + " " + path.getKey())));

        assertThat(published).isEqualTo(operations());
    }

    private static Set<String> operations() {
        TreeSet<String> operations = new TreeSet<>();
        for (JavaClass resource : new ClassFileImporter().importPackages("io.darkroom.web")) {
            if (resource.isAnnotatedWith(Path.class)) {
                String base = resource.getAnnotationOfType(Path.class).value();
                for (JavaMethod method : resource.getMethods()) {
                    VERBS.forEach((verb, name) -> {
                        if (method.isAnnotatedWith(verb)) {
                            String below = method.isAnnotatedWith(Path.class)
                                    ? method.getAnnotationOfType(Path.class).value()
                                    : "";
                            operations.add(
                                    name + " " + (base + below).replaceAll(": [^{}]*(\\{[^{}]*\\})?[^{}]*\\}", "}"));
                        }
                    });
                }
            }
        }
        operations.removeIf(operation -> !operation.contains(" /api"));
        return operations;
    }

    @Test
    void theAsyncApiHasTheTopicsAsShipped() throws IOException {
        List<String> addresses = new ArrayList<>();
        read("asyncapi.yaml")
                .path("channels")
                .forEach(channel -> addresses.add(channel.path("address").asText()));

        assertThat(addresses)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(DarkroomConfig.Topics.class.getMethods())
                        .map(topic -> topic.getAnnotation(WithDefault.class).value())
                        .toList());
    }

    @Test
    void theAsyncApiHasEveryKindOfEventAndItsSchema() throws IOException {
        JsonNode components = read("asyncapi.yaml").path("components");

        for (EventType type : EventType.values()) {
            JsonNode message = components.path("messages").path(type.status());
            assertThat(message.path("payload").path("schema").path("$ref").asText())
                    .isEqualTo("schemas/" + type.status() + ".json");
            assertThat(components
                            .path("schemas")
                            .path(type.status() + "Headers")
                            .toString())
                    .contains(type.ceType());
        }
    }

    @Test
    void whateverIsReferredToIsThere() throws IOException {
        List<String> refs = new ArrayList<>();
        for (String name : List.of("asyncapi.yaml", "openapi.yaml")) {
            JsonNode file = read(name);
            for (String ref : file.findValuesAsText("$ref")) {
                refs.add(ref);
                if (ref.startsWith("#")) {
                    assertThat(file.at(ref.substring(1)).isMissingNode())
                            .as(ref)
                            .isFalse();
                } else {
                    assertThat(FOLDER.resolve(ref)).exists();
                    assertThat(PackagedFiles.in("interface").find(ref)).as(ref).isPresent();
                }
            }
        }
        assertThat(refs).hasSizeGreaterThan(40);
    }

    @Test
    void everyFileOfThePageIsPackagedAndNoOther() throws IOException {
        java.nio.file.Path page = java.nio.file.Path.of("src", "main", "resources", "light-table");
        PackagedFiles packaged = PackagedFiles.in("light-table");

        try (Stream<java.nio.file.Path> files = Files.list(page)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("files.txt")))
                    .allSatisfy(name -> assertThat(packaged.find(name)).isPresent());
        }
    }
}
