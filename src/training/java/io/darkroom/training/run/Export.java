package io.darkroom.training.run;

import io.darkroom.model.BuiltInModels;
import io.darkroom.training.data.Landscape;
import io.darkroom.training.export.StableDiffusion3Folder;
import io.darkroom.training.export.StableDiffusionFolder;
import io.darkroom.training.export.Trained;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import io.darkroom.training.run.TrainingConfig.Denoiser;
import io.darkroom.training.run.TrainingConfig.Predicts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a trained model as a folder that the worker loads, with the averaged weights. */
final class Export {
    /** Id of the begin of text in the starter's tokenizer. */
    private static final int BEGIN = 1096;
    /** Latents of this size need no shifted schedule. */
    private static final double SHIFT = 1;

    private final Course course;

    Export(Course course) {
        this.course = course;
    }

    /** Writes a model to {@code models/NAME} below the course's folder. */
    void write(String name) throws IOException {
        Denoiser model = course.denoiser(name);
        Path folder = course.folder().resolve("models").resolve(name);
        Path tokenizer = BuiltInModels.starter().root().resolve("tokenizer");
        double scale = course.latents().scale();
        List<ClipTextEncoder> texts = Networks.texts(model.kind());
        Map<String, Double> differences =
                switch (model.kind()) {
                    case UNET -> new StableDiffusionFolder(
                                    trained(name, DenoiserStage.text(0), texts.get(0)),
                                    trained(name, DenoiserStage.DENOISER, Networks.unet()),
                                    encoder(),
                                    decoder(),
                                    scale,
                                    tokenizer,
                                    BEGIN,
                                    Landscape.SIDE)
                            .write(
                                    folder,
                                    model.predicts() == Predicts.EPSILON ? "epsilon" : "v_prediction",
                                    course.root());
                    case DIT -> new StableDiffusion3Folder(
                                    trained(name, DenoiserStage.text(0), texts.get(0)),
                                    trained(name, DenoiserStage.text(1), texts.get(1)),
                                    trained(name, DenoiserStage.DENOISER, Networks.transformer()),
                                    encoder(),
                                    decoder(),
                                    scale,
                                    tokenizer,
                                    BEGIN,
                                    Landscape.SIDE)
                            .write(folder, SHIFT, course.root());
                };
        course.out().println(folder + " written; ONNX Runtime differs by " + differences);
    }

    private Trained<VaeEncoder> encoder() throws IOException {
        return trained("vae", "encoder", Networks.vaeEncoder());
    }

    private Trained<VaeDecoder> decoder() throws IOException {
        return trained("decoder", "decoder", Networks.vaeDecoder());
    }

    private <D extends Definition> Trained<D> trained(String stage, String learner, D definition) throws IOException {
        return new Trained<>(definition, course.weights(stage, learner));
    }
}
