package io.darkroom.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path temporary;

    @Test
    void isHeldOnceAndFreeWhenClosed() {
        Path path = temporary.resolve("data");
        try (DataFolder held = DataFolder.open(path)) {
            assertThatThrownBy(() -> DataFolder.open(path))
                    .isInstanceOf(StandaloneException.class)
                    .hasMessageContaining(held.path().toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("darkroom.standalone.data-dir");
        }

        DataFolder.open(path).close();
    }

    @Test
    void isHeldAgainstAnotherProcessAlsoAfterARefusal() throws Exception {
        try (DataFolder held = DataFolder.open(temporary)) {
            // To refuse must not open and close the lock file, which would drop the lock.
            assertThatThrownBy(() -> DataFolder.open(temporary)).isInstanceOf(StandaloneException.class);

            assertThat(openElsewhere(held.path())).isEqualTo("refused");
        }
        assertThat(openElsewhere(temporary)).isEqualTo("opened");
    }

    @Test
    void namesTheSettingWhereTheFolderCannotBe() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "");

        assertThatThrownBy(() -> DataFolder.open(file.resolve("data")))
                .isInstanceOf(StandaloneException.class)
                .hasMessageContaining("darkroom.standalone.data-dir");
    }

    private static String openElsewhere(Path folder) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opener.class.getName(),
                        folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    /** Another process. */
    static final class Opener {
        private Opener() {}

        public static void main(String... args) {
            try (DataFolder folder = DataFolder.open(Path.of(args[0]))) {
                System.out.println(folder.path().isAbsolute() ? "opened" : "");
            } catch (StandaloneException e) {
                System.out.println("refused");
            }
        }
    }
}
