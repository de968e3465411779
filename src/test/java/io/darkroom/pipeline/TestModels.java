package io.darkroom.pipeline;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.NetworkLoader;
import io.darkroom.noise.TorchGenerator;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Models as tests want them. */
public final class TestModels {
    private TestModels() {}

    /** The starter and what lies in a folder, in as much memory as they need. */
    public static Models starter(Path directory, NetworkLoader loader) {
        return new Models(
                directory,
                List.of(BuiltInModels.starter()),
                Optional.empty(),
                Long.MAX_VALUE,
                loader,
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }
}
