package io.darkroom.bench;

import io.darkroom.image.JpegWriter;
import io.darkroom.image.Pixels;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.Lease;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Sampling;
import io.darkroom.pipeline.TorchNoise;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Draws docs/samplers/starter.jpg: one prompt of the starter model, one seed, a row for each solver that people use with
 * Stable Diffusion and a column for each number of steps. Small figures are evaluations of the model.
 */
final class StarterSheet {
    private static final List<String> SOLVERS = List.of(
            "ddim",
            "euler",
            "euler_a",
            "heun",
            "kdpm2",
            "kdpm2_ancestral",
            "lms",
            "lms_karras",
            "plms",
            "dpmpp_2m",
            "dpmpp_2m_karras",
            "dpmpp_2m_sde",
            "dpmpp_2s",
            "deis",
            "unipc",
            "sa_solver");
    private static final int[] STEPS = {4, 8, 20, 50};
    private static final int SIDE = 128;
    private static final int GAP = 4;
    private static final int LEFT = 156;
    private static final int TOP = 26;
    private static final int QUALITY = 88;
    private static final Font NAME = new Font(Font.SANS_SERIF, Font.BOLD, 13);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 10);

    private StarterSheet() {}

    /** Renders all pictures on the CPU and writes the sheet. */
    static void write(Path file) throws IOException {
        int width = LEFT + STEPS.length * (SIDE + GAP);
        int height = TOP + SOLVERS.size() * (SIDE + GAP);
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.setFont(NAME);
        g.setColor(Color.DARK_GRAY);
        for (int column = 0; column < STEPS.length; column++) {
            g.drawString(STEPS[column] + " steps", x(column), TOP - 9);
        }
        try (Models models = starter();
                Lease<Pipeline> lease = models.lease(models.defaultName())) {
            for (int row = 0; row < SOLVERS.size(); row++) {
                g.setFont(NAME);
                g.drawString(SOLVERS.get(row), GAP, y(row) + SIDE / 2);
                StringJoiner evaluations = new StringJoiner(", ", "", " evaluations");
                for (int column = 0; column < STEPS.length; column++) {
                    evaluations.add(Integer.toString(drawPicture(sheet, lease.model(), row, column)));
                }
                g.setFont(SMALL);
                g.drawString(evaluations.toString(), GAP, y(row) + SIDE / 2 + 16);
            }
        }
        g.dispose();
        Pixels pixels = new Pixels(width, height, sheet.getRGB(0, 0, width, height, null, 0, width));
        Files.write(file, JpegWriter.write(pixels, QUALITY));
    }

    private static Models starter() {
        return new Models(
                Path.of("no-such-folder"),
                List.of(BuiltInModels.starter()),
                Optional.empty(),
                Long.MAX_VALUE,
                new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }

    /** Draws one; returns how often the model was evaluated. */
    private static int drawPicture(BufferedImage sheet, Pipeline pipeline, int row, int column) {
        Arguments arguments = Arguments.builder()
                .prompt("an oil painting of the sea at sunset")
                .negativePrompt("blurry, low quality")
                .guidanceScale(7.5)
                .seed(14L)
                .numInferenceSteps(STEPS[column])
                .scheduler(Map.of("_class_name", SOLVERS.get(row)))
                .build();
        Sampling picture = pipeline.begin(pipeline.plan(arguments)).get(0);
        while (!picture.done()) {
            picture.advance(pipeline.evaluate(picture.rows()));
        }
        Pixels pixels = Pixels.of(pipeline.decode(List.of(picture.latents())).get(0));
        sheet.setRGB(x(column), y(row), pixels.width(), pixels.height(), pixels.rgb(), 0, pixels.width());
        return picture.steps();
    }

    private static int x(int column) {
        return LEFT + column * (SIDE + GAP);
    }

    private static int y(int row) {
        return TOP + row * (SIDE + GAP);
    }
}
