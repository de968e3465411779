package io.darkroom;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the table of packages in {@code docs/architecture.md}. */
class ArchitectureTest {
    /** For each package, the others it may use. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("tensor", Set.of()),
            Map.entry("noise", Set.of("tensor")),
            Map.entry("sampling", Set.of("tensor", "noise")),
            Map.entry("text", Set.of()),
            Map.entry("model", Set.of("tensor", "text")),
            Map.entry("onnx", Set.of("model", "tensor")),
            Map.entry("pipeline", Set.of("sampling", "noise", "model", "tensor", "text")),
            Map.entry("job", Set.of()),
            Map.entry("image", Set.of("tensor")),
            Map.entry("engine", Set.of("pipeline", "model", "tensor", "job", "image")),
            Map.entry("storage", Set.of("job")),
            Map.entry("mirror", Set.of("storage", "job")),
            Map.entry("config", Set.of("job")),
            Map.entry("telemetry", Set.of("job")),
            Map.entry("kafka", Set.of("job", "config", "worker")),
            Map.entry("standalone", Set.of()),
            Map.entry("web", Set.of("job", "config", "kafka", "worker")),
            Map.entry("replay", Set.of("job", "config", "kafka", "worker")),
            // The two that put everything together.
            Map.entry(
                    "worker",
                    Set.of(
                            "job",
                            "config",
                            "engine",
                            "model",
                            "onnx",
                            "pipeline",
                            "image",
                            "storage",
                            "mirror",
                            "telemetry")),
            Map.entry("", Set.of("standalone", "config", "worker", "replay")));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.darkroom");

    @TestFactory
    Stream<DynamicTest> eachPackageUsesOnlyWhatTheTableAllows() {
        return MAY_USE.entrySet().stream()
                .map(row -> DynamicTest.dynamicTest(row.getKey().isEmpty() ? "(root)" : row.getKey(), () -> classes()
                        .that(inPackage(row.getKey()))
                        .should()
                        .onlyDependOnClassesThat(notOursOrIn(row.getKey(), row.getValue()))
                        .allowEmptyShould(true)
                        .check(MAIN)));
    }

    @Test
    void everyPackageStandsInTheTable() {
        Set<String> packages = MAIN.stream().map(ArchitectureTest::ours).collect(Collectors.toCollection(TreeSet::new));

        assertThat(MAY_USE.keySet()).containsAll(packages);
    }

    @Test
    void theSamplingLibraryKnowsNeitherQuarkusNorOnnxRuntime() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.darkroom.tensor", "io.darkroom.noise", "io.darkroom.sampling", "io.darkroom.job")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "jakarta..",
                        "ai.onnxruntime..",
                        "org.apache.kafka..",
                        "io.minio..",
                        "io.smallrye..")
                .check(MAIN);
    }

    @Test
    void onlyTheOnnxPackageKnowsOnnxRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.darkroom.onnx")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(MAIN);
    }

    private static DescribedPredicate<JavaClass> inPackage(String name) {
        return DescribedPredicate.describe("in " + name, c -> ours(c).equals(name));
    }

    private static DescribedPredicate<JavaClass> notOursOrIn(String self, Set<String> allowed) {
        return DescribedPredicate.describe(
                "in " + allowed,
                c -> !c.getPackageName().startsWith("io.darkroom")
                        || ours(c).equals(self)
                        || allowed.contains(ours(c)));
    }

    /** The first part of the package's name below {@code io.darkroom}. */
    private static String ours(JavaClass c) {
        String rest = c.getPackageName().substring("io.darkroom".length());
        int end = rest.indexOf('.', 1);
        return rest.isEmpty() ? "" : rest.substring(1, end < 0 ? rest.length() : end);
    }
}
