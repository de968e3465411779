package io.darkroom.training.run;

import ai.djl.ndarray.NDManager;
import io.darkroom.image.Pixels;
import io.darkroom.model.ModelFolder;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Sampling;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Landscape;
import io.darkroom.training.data.Scene;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Weather;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Measures what docs/theory.md tells, on exported models, and draws it: {@code Theory FOLDER CONFIG OUT MODEL MEASUREMENT
 * [PICTURES [POINT,...|all]]}. Each measurement writes a table and plots of it to OUT.
 */
public final class Theory {
    private static final int STEPS = 20;
    private static final double GUIDANCE = 5;
    private static final double[] GUIDANCES = {1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20};
    private static final double[] STEP_COUNTS = {2, 4, 6, 8, 10, 15, 20, 30, 50};
    private static final double[] SIDES = {128, 256, 512, 1024};
    private static final int REPEATS = 5;

    private final Course course;
    private final Path out;
    private final String model;
    private final int pictures;
    private final PrintStream console;
    private final DrawnSet heldOut;

    private Theory(Course course, Path out, String model, int pictures) throws IOException {
        this.course = course;
        this.out = out;
        this.model = model;
        this.pictures = pictures;
        this.console = course.out();
        this.heldOut = course.heldOut();
    }

    /**
     * Measures.
     *
     * @param args the training's folder and configuration, the folder for tables and plots, a model ({@link
     *     Course#models}), what to measure ({@code guidance}, {@code steps}, {@code reconstruction}, {@code inversion}, {@code
     *     cost}, {@code objects}, {@code attributes}), how many pictures a point has, and the points
     */
    @SuppressWarnings("try") // the lock is held, not used
    public static void main(String[] args) throws IOException {
        if (args.length < 5) {
            throw new IllegalArgumentException(
                    "give a folder, a configuration, a folder for the plots, a model, a measurement");
        }
        Path folder = Files.createDirectories(Path.of(args[0]));
        try (FileChannel lock = Training.locked(folder);
                NDManager root = NDManager.newBaseManager()) {
            Course course = new Course(folder, TrainingConfig.read(Path.of(args[1])), System.out, root);
            int pictures = args.length > 5 ? Integer.parseInt(args[5]) : 96;
            double[] points = args.length > 6 && !args[6].equals("all")
                    ? Arrays.stream(args[6].split(",", -1))
                            .mapToDouble(Double::parseDouble)
                            .toArray()
                    : new double[0];
            new Theory(course, Path.of(args[2]), args[3], pictures).measure(args[4], points);
        }
    }

    private void measure(String what, double[] points) throws IOException {
        try (Renderer renderer = new Renderer(folder());
                Judge judge = Evaluation.judge(course)) {
            Eye eye = new Eye(renderer, judge);
            switch (what) {
                case "guidance" -> guidance(eye, or(points, GUIDANCES));
                case "steps" -> steps(eye, or(points, STEP_COUNTS));
                case "reconstruction" -> reconstruction(renderer);
                case "inversion" -> inversion(renderer, or(points, GUIDANCES));
                case "cost" -> cost(renderer, or(points, SIDES));
                case "objects" -> objects(eye, or(points, new double[] {0, 1, 2}));
                case "attributes" -> attributes(eye, or(points, new double[] {2, 3, 4, 5, 6, 7, 8, 9, 10}));
                default -> throw new IllegalArgumentException("measurement: \"" + what
                        + "\" is none of guidance, steps, reconstruction, inversion, cost, objects, attributes");
            }
        }
    }

    /** What makes pictures and looks at them. */
    private record Eye(Renderer renderer, Judge judge) {
        Map<String, Double> figures(Prompted prompted, Frechet.Moments drawings) {
            List<Pixels> pictures = renderer.pictures(prompted.requests(), done -> {});
            return prompted.figures(pictures, judge, drawings);
        }
    }

    private ModelFolder folder() {
        ModelFolder folder = course.models().get(model);
        if (folder == null) {
            throw new IllegalArgumentException(
                    "model: \"" + model + "\" is none of " + course.models().keySet());
        }
        return folder;
    }

    private static double[] or(double[] points, double[] otherwise) {
        return points.length > 0 ? points : otherwise;
    }

    /** Adherence, diversity, saturation and clipping against the guidance scale. */
    private void guidance(Eye eye, double[] scales) throws IOException {
        Table table = new Table(model + "-guidance", "guidance scale");
        Predicate<Scene> natural = scene -> scene.style() == Style.PLAIN || scene.style() == Style.PHOTO;
        Frechet.Moments drawings = Evaluation.moments(heldOut, eye.judge(), natural);
        for (double w : scales) {
            Prompted prompted = Prompted.of(
                    heldOut, pictures, natural, o -> o.guidanceScale(w).numInferenceSteps(STEPS));
            Map<String, Double> figures = eye.figures(prompted, drawings);
            figures.put("diversity", Evaluation.diversity(eye.renderer(), heldOut, eye.judge(), w, STEPS));
            table.add(w, figures, console);
        }
        table.write(
                out,
                List.of("mean", "colour", "side"),
                List.of("diversity"),
                List.of("frechet"),
                List.of("saturation", "clipped"));
    }

    /** Quality against evaluations, for each solver that suits the model. */
    private void steps(Eye eye, double[] counts) throws IOException {
        boolean flow = folder().pipelineClass().contains("StableDiffusion3");
        List<String> solvers = flow ? List.of("flow_euler") : List.of("ddim", "dpmpp_2m");
        Frechet.Moments drawings = Evaluation.moments(heldOut, eye.judge(), scene -> true);
        for (String solver : solvers) {
            Table table = new Table(model + "-steps-" + solver, "steps");
            for (double n : counts) {
                Prompted prompted = Prompted.of(heldOut, pictures, scene -> true, o -> {
                    o.guidanceScale(GUIDANCE).numInferenceSteps((int) n);
                    return flow ? o : o.scheduler(Map.of("_class_name", solver));
                });
                table.add(n, eye.figures(prompted, drawings), console);
            }
            table.write(out, List.of("mean"), List.of("frechet"));
        }
    }

    private InputImage image(int number) {
        Pixels picture = heldOut.pixels(number);
        byte[] rgb = new byte[3 * picture.rgb().length];
        for (int i = 0; i < picture.rgb().length; i++) {
            rgb[3 * i] = (byte) (picture.rgb()[i] >> 16);
            rgb[3 * i + 1] = (byte) (picture.rgb()[i] >> 8);
            rgb[3 * i + 2] = (byte) picture.rgb()[i];
        }
        return new InputImage(rgb, picture.width(), picture.height());
    }

    /** What the VAE alone loses: the ceiling of every picture. */
    private void reconstruction(Renderer renderer) throws IOException {
        Table table = new Table(model + "-reconstruction", "picture");
        List<Arguments> requests = IntStream.range(0, pictures)
                .mapToObj(i -> Arguments.builder()
                        .task("reconstruct")
                        .seed((long) i)
                        .image(image(i))
                        .width(Landscape.SIDE)
                        .height(Landscape.SIDE)
                        .build())
                .toList();
        List<Renderer.Rendered> rendered = renderer.render(requests, done -> {});
        for (int i = 0; i < rendered.size(); i++) {
            table.add(i, rendered.get(i).measurements(), console);
        }
        console.println("PSNR in dB, mean of " + pictures + ": " + table.mean("psnr"));
        table.write(out, List.of("psnr"));
    }

    /** DDIM inversion and back, with the same prompt and guidance: how far the latents end from where they began. */
    private void inversion(Renderer renderer, double[] scales) throws IOException {
        Table table = new Table(model + "-inversion", "guidance scale");
        for (double w : scales) {
            List<Arguments> requests = IntStream.range(0, pictures)
                    .mapToObj(i -> {
                        String caption = heldOut.completeCaption(i);
                        return Arguments.builder()
                                .prompt(caption)
                                .seed((long) i)
                                .image(image(i))
                                .width(Landscape.SIDE)
                                .height(Landscape.SIDE)
                                .guidanceScale(w)
                                .numInferenceSteps(STEPS)
                                .inversion(new Arguments.Inversion(caption, STEPS, w))
                                .build();
                    })
                    .toList();
            List<Renderer.Rendered> rendered = renderer.render(requests, done -> {});
            Map<String, Double> figures = new LinkedHashMap<>();
            for (String name : rendered.get(0).measurements().keySet()) {
                figures.put(
                        name,
                        rendered.stream()
                                .mapToDouble(r -> r.measurements().getOrDefault(name, Double.NaN))
                                .average()
                                .orElse(Double.NaN));
            }
            table.add(w, figures, console);
        }
        table.write(out, List.of("inversion_latents_mean_error"));
    }

    /**
     * What one evaluation of the denoiser costs against the picture's side. Latents of a picture of 1024 pixels are as many
     * places as a picture of 128 pixels has: what the same network would cost on pixels.
     */
    private void cost(Renderer renderer, double[] sides) throws IOException {
        Table table = new Table(model + "-cost", "pixels a side");
        for (double side : sides) {
            Arguments request = Arguments.builder()
                    .prompt("the sea at sunset")
                    .seed(0L)
                    .guidanceScale(1.0)
                    .numInferenceSteps(2)
                    .width((int) side)
                    .height((int) side)
                    .build();
            Sampling picture =
                    renderer.pipeline().begin(renderer.pipeline().plan(request)).get(0);
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < REPEATS; i++) {
                long start = System.nanoTime();
                renderer.pipeline().evaluate(picture.rows());
                best = Math.min(best, (System.nanoTime() - start) / 1e6);
            }
            table.add(side, Map.of("evaluation_ms", best), console);
        }
        table.write(out, List.of("evaluation_ms"));
    }

    /** Accuracy and binding against the number of objects in the prompt. */
    private void objects(Eye eye, double[] counts) throws IOException {
        Table table = new Table(model + "-objects", "objects");
        for (double n : counts) {
            add(table, n, eye, scene -> scene.things().size() == (int) n);
        }
        table.write(out, List.of("object", "side", "colour", "binding"));
    }

    /** Accuracy against the number of attributes that a prompt names. */
    private void attributes(Eye eye, double[] counts) throws IOException {
        Table table = new Table(model + "-attributes", "attributes");
        for (double n : counts) {
            add(table, n, eye, scene -> attributes(scene) == (int) n);
        }
        table.write(out, List.of("mean", "subject", "time", "colour", "side"));
    }

    /** A point of the scenes that are as wanted; none where fewer than two are held out. */
    private void add(Table table, double at, Eye eye, Predicate<Scene> wanted) {
        Prompted prompted = Prompted.of(
                heldOut, pictures, wanted, o -> o.guidanceScale(GUIDANCE).numInferenceSteps(STEPS));
        if (prompted.scenes().size() < 2) {
            console.println("no such scenes are held out: " + at);
        } else {
            table.add(at, eye.figures(prompted, Evaluation.moments(heldOut, eye.judge(), wanted)), console);
        }
    }

    /** Subject and time; weather and style where they are named; kind, colour and side of each object. */
    static int attributes(Scene scene) {
        return 2
                + (scene.weather() == Weather.CLEAR ? 0 : 1)
                + (scene.style() == Style.PLAIN ? 0 : 1)
                + 3 * scene.things().size();
    }
}
