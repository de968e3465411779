package io.darkroom.training.run;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.PatchDiscriminator;
import io.darkroom.training.net.PictureClassifier;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import io.darkroom.training.objective.ConditionDropout;
import io.darkroom.training.objective.Flow;
import io.darkroom.training.objective.Times;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagesTest {
    private static final List<Integer> WIDTHS = List.of(8, 8, 16, 16);

    private final NDManager manager = NDManager.newBaseManager();
    private final Network encoder = new Network(new VaeEncoder(WIDTHS, 1, 4, 4), manager, 1);
    private final Network decoder = new Network(new VaeDecoder(WIDTHS, 1, 4, 4), manager, 2);
    private final Network critic = new Network(new PatchDiscriminator(List.of(8, 16)), manager, 3);
    private final Network features = new Network(new PictureClassifier(List.of(8, 16), 5), manager, 4);

    @TempDir
    Path folder;

    private DrawnSet set;

    @BeforeEach
    void draw() throws IOException {
        set = DrawnSet.open(folder.resolve("set"), 1, 4, drawn -> {});
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Stage vae(boolean decoderOnly, double adversarial) {
        return new VaeStage(
                "vae",
                new Learning(20, 2, 3e-3, 3e-3, 0, 1, 1, 1, 0),
                new VaeStage.Crops(32, 1, 1),
                new VaeWeights(1e-4, 0.1, adversarial, 0),
                set,
                new VaeStage.Networks(encoder, decoder, critic, features),
                decoderOnly,
                manager);
    }

    private List<Map<String, Double>> run(Stage stage, int steps) {
        return IntStream.range(0, steps)
                .mapToObj(step -> {
                    try (NDManager scope = manager.newSubManager()) {
                        // The same batch each time: then the loss must fall.
                        return stage.step(step, new Random(1), scope);
                    }
                })
                .toList();
    }

    private static double value(Map<String, Double> values, String name) {
        return requireNonNull(values.get(name));
    }

    @Test
    void aVaesLossFalls() {
        List<Map<String, Double>> values = run(vae(false, 0), 12);

        assertThat(value(values.get(11), "loss")).isLessThan(0.8 * value(values.get(0), "loss"));
        assertThat(value(values.get(11), "psnr")).isGreaterThan(value(values.get(0), "psnr"));
    }

    @Test
    void onlyTheDecoderLearnsWhereTheEncoderIsDone() {
        float[] encoderBefore = encoder.copy();
        float[] decoderBefore = decoder.copy();

        run(vae(true, 0), 2);

        assertThat(encoder.copy()).isEqualTo(encoderBefore);
        assertThat(decoder.copy()).isNotEqualTo(decoderBefore);
    }

    @Test
    void theCriticLearnsOnlyWhereItIsListenedTo() {
        float[] before = critic.copy();
        float[] featuresBefore = features.copy();

        run(vae(false, 0), 2);
        assertThat(critic.copy()).isEqualTo(before);

        List<Map<String, Double>> values = run(vae(true, 0.1), 8);
        assertThat(critic.copy()).isNotEqualTo(before);
        assertThat(value(values.get(7), "critic")).isLessThan(value(values.get(0), "critic"));
        assertThat(features.copy()).isEqualTo(featuresBefore);
    }

    @Test
    void theLossOfAnswersIsTheSumOfTheirQuestions() {
        int width = Attributes.logits();
        // Nothing is known: each question costs the logarithm of how many answers it has. One has no answer here.
        float[] right = new float[width];
        double expected = 0;
        for (Attributes.Question question :
                Attributes.all().subList(1, Attributes.all().size())) {
            right[question.from() + question.answers() - 1] = 1;
            expected += Math.log(question.answers());
        }

        NDArray loss = ClassifierStage.crossEntropy(
                manager.zeros(new Shape(1, width)), manager.create(right, new Shape(1, width)));

        assertThat((double) loss.getFloat()).isCloseTo(expected, within(1e-5));
    }

    @Test
    void latentsThatAKillCutOffAreCompleted() throws IOException {
        PrintStream out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Path file = folder.resolve("latents");
        Latents.open(file, set, encoder, 4, manager, out);
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut");
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2 - 7));

        Latents.open(cut, set, encoder, 4, manager, out);

        assertThat(Files.readAllBytes(cut)).hasSize(whole.length);
        assertThat(Arrays.copyOf(Files.readAllBytes(cut), whole.length / 4))
                .isEqualTo(Arrays.copyOf(whole, whole.length / 4));
    }

    @Test
    void latentsHaveADeviationOfOneAndAreEncodedOnce() throws IOException {
        PrintStream out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Path file = folder.resolve("latents");
        Latents latents = Latents.open(file, set, encoder, 4, manager, out);

        NDArray z = latents.sample(new int[] {0, 1, 2, 3}, new Random(2), manager);
        Network other = new Network(encoder.definition(), manager, 9);
        Latents again = Latents.open(file, set, other, 4, manager, out);

        float mean = z.mean().getFloat();
        assertThat(z.sub(mean).square().mean().sqrt().getFloat()).isCloseTo(1, within(0.05f));
        assertThat(again.scale()).isEqualTo(latents.scale());
    }

    @Test
    void aDenoiserAndItsTextEncodersLearnTogether() throws IOException {
        PrintStream out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Latents latents = Latents.open(folder.resolve("latents"), set, encoder, 4, manager, out);
        var text = new ClipTextEncoder(1098, 40, 16, 2, 2, 1097, 16);
        Network first = new Network(text, manager, 5);
        Network second = new Network(text, manager, 6);
        float[] before = second.copy();
        Network denoiser = new Network(new DiffusionTransformer(4, 2, 8, 32, 2, 2, 16, 32, 40, 32), manager, 7);
        Stage stage = new DenoiserStage(
                "flow",
                new Learning(30, 4, 3e-3, 3e-3, 0, 1, 1, 1, 0),
                new DenoiserStage.Data(set, latents, Course.tokenizer()),
                new Flow(),
                Times.logitNormal(0, 1),
                new ConditionDropout(0.1),
                new TextToLatents(List.of(first, second), denoiser),
                manager);

        List<Map<String, Double>> values = run(stage, 25);

        assertThat(value(values.get(24), "loss")).isLessThan(0.9 * value(values.get(0), "loss"));
        assertThat(second.copy()).isNotEqualTo(before);
        assertThat(stage.learners()).hasSize(3);
    }
}
