package io.darkroom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.ModelCopies;
import java.io.IOException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
    @TempDir
    private Path directory;

    /** A copy of the starter's folder, in any file system. */
    private static void copyStarter(Path to) throws IOException {
        ModelCopies.copy(BuiltInModels.starter().root(), to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"StableDiffusionPipeline", "ORTStableDiffusionPipeline", "OnnxStableDiffusionPipeline"})
    void allThreeSpellingsOfTheClassAreOne(String written) throws IOException {
        Files.createDirectories(directory.resolve("scheduler"));
        Files.writeString(directory.resolve("model_index.json"), "{\"_class_name\": \"" + written + "\"}");
        Files.writeString(directory.resolve("scheduler/scheduler_config.json"), "{}");

        ModelFolder folder = ModelFolder.read("x", directory);

        assertThat(folder.pipelineClass()).isEqualTo("StableDiffusionPipeline");
    }

    @Test
    void theSameFilesHaveTheSameDigestInAFolderAndInAZip() throws IOException {
        Path zip = directory.resolve("models.zip");
        String inZip;
        try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            copyStarter(files.getPath("/models/starter"));
            inZip = ModelFolder.read("starter", files.getPath("/models/starter"))
                    .digest();
        }

        assertThat(inZip)
                .matches("sha256:[0-9a-f]{64}")
                .isEqualTo(BuiltInModels.starter().digest());
    }

    @Test
    void aModelIsFoundInsideAJarWhateverTheJarsPath() throws Exception {
        Path jar = Files.createDirectories(directory.resolve("a folder")).resolve("app+1.jar");
        try (FileSystem files = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            copyStarter(files.getPath("/models/starter"));
        }
        URL index = new URL("jar:" + jar.toUri() + "!/models/starter/model_index.json");

        ModelFolder folder = ModelFolder.read("starter", BuiltInModels.folderOf(index));

        assertThat(folder.has("unet")).isTrue();
        assertThat(folder.digest()).isEqualTo(BuiltInModels.starter().digest());
    }

    @Test
    void theDigestChangesWithAWeightButNotWithTheReadme() throws IOException {
        Path copy = directory.resolve("copy");
        copyStarter(copy);
        String before = ModelFolder.read("copy", copy).digest();

        Files.writeString(copy.resolve("README.md"), "other words");
        assertThat(ModelFolder.read("copy", copy).digest()).isEqualTo(before);

        byte[] graph = Files.readAllBytes(copy.resolve("unet/model.onnx"));
        graph[graph.length / 2] ^= 1;
        Files.write(copy.resolve("unet/model.onnx"), graph);
        assertThat(ModelFolder.read("copy", copy).digest()).isNotEqualTo(before);
    }

    /** Each use of a variant makes a folder of it; what was read for one is not read for the next. */
    @Test
    void aVariantsFilesAreReadOnceForAsLongAsTheyStayTheSame() throws IOException {
        Path copy = directory.resolve("copy");
        copyStarter(copy);
        ModelCopies.copy(copy.resolve("vae_decoder"), copy.resolve("vaes/other/vae_decoder"));
        Path graph = copy.resolve("vaes/other/vae_decoder/model.onnx");
        ModelFolder plain = ModelFolder.read("copy", copy);
        Variant other = Variant.PLAIN.withVae("other");
        String first = plain.as(other).digest();
        FileTime time = Files.getLastModifiedTime(graph);

        byte[] bytes = Files.readAllBytes(graph);
        bytes[bytes.length / 2] ^= 1;
        Files.write(graph, bytes);
        Files.setLastModifiedTime(graph, time);
        assertThat(plain.as(other).digest()).isEqualTo(first).isNotEqualTo(plain.digest());

        Files.setLastModifiedTime(graph, FileTime.fromMillis(time.toMillis() + 5_000));
        assertThat(plain.as(other).digest()).isNotEqualTo(first);
    }

    @Test
    void aMissingConfigIsNamed() throws IOException {
        Path copy = directory.resolve("copy");
        copyStarter(copy);
        Files.delete(copy.resolve("scheduler/scheduler_config.json"));

        assertThatThrownBy(() -> ModelFolder.read("copy", copy))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("scheduler_config.json is missing");
    }
}
