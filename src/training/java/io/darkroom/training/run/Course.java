package io.darkroom.training.run;

import ai.djl.ndarray.NDManager;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.text.ClipTokenizer;
import io.darkroom.text.Tokenizer;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.Network;
import io.darkroom.training.objective.ConditionDropout;
import io.darkroom.training.objective.Diffusion;
import io.darkroom.training.objective.Epsilon;
import io.darkroom.training.objective.Flow;
import io.darkroom.training.objective.Objective;
import io.darkroom.training.objective.Velocity;
import io.darkroom.training.run.TrainingConfig.Denoiser;
import io.darkroom.training.run.TrainingConfig.Vae;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The stages of a run in one folder, each after what it needs. A stage that is done, is not done again; one that was
 * begun, goes on.
 */
final class Course {
    /** Seeds of the sets, apart from each other. */
    private static final int TRAINING = 1;

    private static final int JUDGING = 2;
    private static final int HELD_OUT = 3;

    private final Path folder;
    private final TrainingConfig config;
    private final PrintStream out;
    private final NDManager root;
    private final Trainer trainer;

    Course(Path folder, TrainingConfig config, PrintStream out, NDManager root) {
        this.folder = folder;
        this.config = config;
        this.out = out;
        this.root = root;
        this.trainer = new Trainer(folder, config.seed(), config.checkpointEvery(), out);
    }

    Path folder() {
        return folder;
    }

    TrainingConfig config() {
        return config;
    }

    PrintStream out() {
        return out;
    }

    NDManager root() {
        return root;
    }

    /** Draws all sets. */
    void data() throws IOException {
        training();
        judging();
        heldOut();
    }

    /** What models are trained on. */
    DrawnSet training() throws IOException {
        return drawn("training", TRAINING, config.data().training());
    }

    /** What the judge is trained on. */
    DrawnSet judging() throws IOException {
        return drawn("judging", JUDGING, config.data().judging());
    }

    /** What nothing is trained on. */
    DrawnSet heldOut() throws IOException {
        return drawn("held_out", HELD_OUT, config.data().heldOut());
    }

    private DrawnSet drawn(String name, int use, int count) throws IOException {
        // A set follows from its seed; one with fewer pictures is its beginning.
        Path file = folder.resolve(name + "-" + config.seed() + ".u8");
        try (Progress progress = new Progress("drawing " + name, "pictures", 0, count, out)) {
            return DrawnSet.open(file, 1000 * config.seed() + use, count, progress::at);
        }
    }

    /** Trains the network whose features the perceptual distance is of. */
    void features() throws IOException {
        try (Stage stage =
                new ClassifierStage("features", config.features().learning(), training(), root, seed("features"))) {
            trainer.run(stage, settings("features"), root);
        }
    }

    /** Trains the classifier that reads attributes back. */
    void judge() throws IOException {
        try (Stage stage = new ClassifierStage("judge", config.judge().learning(), judging(), root, seed("judge"))) {
            trainer.run(stage, settings("judge"), root);
        }
    }

    /** Trains the VAE. */
    void vae() throws IOException {
        Network encoder = new Network(Networks.vaeEncoder(), root, seed("encoder"));
        Network decoder = new Network(Networks.vaeDecoder(), root, seed("decoder"));
        vae("vae", config.vae(), encoder, decoder, false);
    }

    /** Trains the VAE's decoder further. */
    void decoder() throws IOException {
        vae(
                "decoder",
                config.decoder(),
                trained("vae", "encoder", Networks.vaeEncoder()),
                trained("vae", "decoder", Networks.vaeDecoder()),
                true);
    }

    private void vae(String name, Vae vae, Network encoder, Network decoder, boolean decoderOnly) throws IOException {
        Network critic = new Network(Networks.critic(), root, seed("critic"));
        Network features = trained("features", "classifier", Networks.classifier());
        var networks = new VaeStage.Networks(encoder, decoder, critic, features);
        try (Stage stage = new VaeStage(
                name, vae.learning(), vae.crops(), vae.weights(), training(), networks, decoderOnly, root)) {
            trainer.run(stage, settings(name), root);
        }
    }

    /** The training set's latents, encoded where they are not yet. */
    Latents latents() throws IOException {
        try (Network encoder = trained("vae", "encoder", Networks.vaeEncoder())) {
            // Of another encoder they would be others, and could not be told from these.
            String name = String.format(Locale.ROOT, "latents-%08x.f32", Arrays.hashCode(encoder.copy()));
            return Latents.open(folder.resolve(name), training(), encoder, Networks.LATENT_CHANNELS, root, out);
        }
    }

    /** Trains a denoiser. */
    void model(String name) throws IOException {
        Denoiser model = denoiser(name);
        List<Network> texts = new ArrayList<>();
        for (ClipTextEncoder text : Networks.texts(model.kind())) {
            texts.add(new Network(text, root, seed(name + " text " + texts.size())));
        }
        var networks = new TextToLatents(texts, new Network(Networks.denoiser(model.kind()), root, seed(name)));
        try (Stage stage = new DenoiserStage(
                name,
                model.learning(),
                new DenoiserStage.Data(training(), latents(), tokenizer()),
                objective(model),
                model.times(),
                new ConditionDropout(model.conditionDropout()),
                networks,
                root)) {
            trainer.run(stage, settings(name), root);
        }
    }

    private static Objective objective(Denoiser model) {
        return switch (model.predicts()) {
            case EPSILON -> new Epsilon(Diffusion.of(scheduler()), model.weighting());
            case VELOCITY -> new Velocity(Diffusion.of(scheduler()), model.weighting());
            case FLOW -> new Flow();
        };
    }

    /** The forward process: that of the starter's scheduler, whose betas are Stable Diffusion's. */
    private static SchedulerConfig scheduler() {
        return SchedulerConfig.from(BuiltInModels.starter().scheduler().map());
    }

    /** The starter's tokenizer, which the models ship again. */
    static Tokenizer tokenizer() {
        return ClipTokenizer.read(BuiltInModels.starter().root().resolve("tokenizer"), Networks.TOKENS);
    }

    /** What can be judged and measured, by name: the models that the application holds, or their like exported here. */
    Map<String, ModelFolder> models() {
        Map<String, ModelFolder> models = new LinkedHashMap<>();
        BuiltInModels.all().forEach(model -> models.put(model.name(), model));
        for (String name : config.models().keySet()) {
            Path exported = folder.resolve("models").resolve(name);
            if (ModelFolder.isOne(exported)) {
                models.put(name, ModelFolder.read(name, exported));
            }
        }
        return models;
    }

    /** A model's configuration. */
    Denoiser denoiser(String name) {
        Denoiser model = config.models().get(name);
        if (model == null) {
            throw new IllegalArgumentException("model: \"" + name + "\" is none of the configuration's "
                    + config.models().keySet());
        }
        return model;
    }

    /** A network of a stage, with the weights that are shipped. */
    Network trained(String stage, String learner, Definition definition) throws IOException {
        Network network = new Network(definition, root, 0);
        network.load(weights(stage, learner));
        return network;
    }

    /** Everything that a stage depends on: of the configuration, its own part and those of the stages before it. */
    private String settings(String stage) {
        String vae = "seed " + config.seed() + ", " + config.data().training() + " pictures, " + config.features();
        return switch (stage) {
            case "judge" -> "seed " + config.seed() + ", " + config.data().judging() + " pictures, " + config.judge();
            case "features" -> vae;
            case "vae" -> vae + ", " + config.vae();
            case "decoder" -> vae + ", " + config.vae() + ", " + config.decoder();
            default -> vae + ", " + config.vae() + ", " + denoiser(stage);
        };
    }

    private Learning learning(String stage) {
        return switch (stage) {
            case "judge" -> config.judge().learning();
            case "features" -> config.features().learning();
            case "vae" -> config.vae().learning();
            case "decoder" -> config.decoder().learning();
            default -> denoiser(stage).learning();
        };
    }

    /**
     * The averaged weights of what learns in a stage, as its last checkpoint has them.
     *
     * @throws IllegalStateException where the stage is not done
     */
    float[] weights(String stage, String learner) throws IOException {
        Path file = trainer.checkpoint(stage);
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: stage " + stage + " comes first");
        }
        Checkpoint checkpoint = Checkpoint.read(file);
        long done = Trainer.steps(checkpoint);
        int steps = learning(stage).steps();
        if (done < steps) {
            throw new IllegalStateException(
                    file + " is at step " + done + " of " + steps + ": stage " + stage + " comes to its end first");
        }
        float[] weights = checkpoint.arrays().get(learner + ".average");
        if (weights == null) {
            throw new IllegalStateException(file + " has no " + learner + ".average");
        }
        return weights;
    }

    private long seed(String network) {
        return 31 * config.seed() + network.hashCode();
    }
}
