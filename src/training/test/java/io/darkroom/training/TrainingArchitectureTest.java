package io.darkroom.training;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the table of training's packages in {@code docs/architecture.md}. */
class TrainingArchitectureTest {
    private static final String TRAINING = "training.";
    /** For each package, the others it may use. */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "training.net", Set.of(),
            "training.export", Set.of("training.net"),
            "training.data", Set.of("image"),
            "training.objective", Set.of("sampling", "training.net"),
            "training.run",
                    Set.of(
                            "training.net",
                            "training.export",
                            "training.data",
                            "training.objective",
                            "sampling",
                            "noise",
                            "tensor",
                            "text",
                            "model",
                            "onnx",
                            "pipeline",
                            "image"));

    private static final JavaClasses ALL = new ClassFileImporter().importPackages("io.darkroom");

    @TestFactory
    Stream<DynamicTest> eachPackageUsesOnlyWhatTheTableAllows() {
        return MAY_USE.entrySet().stream()
                .map(row -> DynamicTest.dynamicTest(row.getKey(), () -> classes()
                        .that(are(row.getKey()))
                        .should()
                        .onlyDependOnClassesThat(notOursOrIn(row.getKey(), row.getValue()))
                        .allowEmptyShould(true)
                        .check(ALL)));
    }

    @Test
    void nothingOfTheWorkerKnowsTraining() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.darkroom.training..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.darkroom.training..", "ai.djl.ndarray..", "ai.djl.pytorch..", "ai.onnx..")
                .check(ALL);
    }

    @Test
    void everyPackageStandsInTheTable() {
        Set<String> packages = ALL.stream()
                .map(TrainingArchitectureTest::ours)
                .filter(name -> name.startsWith(TRAINING))
                .collect(Collectors.toSet());

        assertThat(packages).isNotEmpty();
        assertThat(MAY_USE.keySet()).containsAll(packages);
    }

    private static DescribedPredicate<JavaClass> are(String name) {
        return DescribedPredicate.describe("are main classes in " + name, c -> ours(c).equals(name) && isMain(c));
    }

    /** Tests and their helpers lie in the same packages: told apart by the tests' framework that they know. */
    private static boolean isMain(JavaClass c) {
        return c.getDirectDependenciesFromSelf().stream()
                .noneMatch(d -> d.getTargetClass().getPackageName().startsWith("org.junit"));
    }

    private static DescribedPredicate<JavaClass> notOursOrIn(String self, Set<String> allowed) {
        return DescribedPredicate.describe(
                "in " + allowed,
                c -> !c.getPackageName().startsWith("io.darkroom")
                        || ours(c).equals(self)
                        || allowed.contains(ours(c)));
    }

    /** The first part of the package's name below {@code io.darkroom}; of training's, the first two. */
    private static String ours(JavaClass c) {
        String rest = c.getPackageName().replaceFirst("^io\\.darkroom\\.?", "");
        String[] parts = rest.split("\\.", -1);
        return parts.length > 1 && rest.startsWith(TRAINING) ? TRAINING + parts[1] : parts[0];
    }
}
