package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.SchedulerClass;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Resolves requests for a model of any family from its configs alone; {@link FamilyPipeline} runs them. */
final class FamilyPlanner implements Planner {
    private static final MathContext FEW_DIGITS = new MathContext(4, RoundingMode.CEILING);

    private final Family family;
    private final Set<Task> tasks;
    private final Soundness soundness;
    private final SamplerCache samplers;
    private final Optional<VaeTiling> tiling;
    private final Controls controls;

    FamilyPlanner(Family family) {
        this.family = family;
        boolean encodes = family.folder().has("vae_encoder");
        this.tasks =
                family.tasks().stream().filter(t -> encodes || !t.needsImage()).collect(Collectors.toUnmodifiableSet());
        this.controls = Controls.of(family);
        this.soundness = new Soundness(family, tasks, controls);
        this.samplers = new SamplerCache(family.folder().scheduler().map());
        checkScheduler();
        this.tiling = VaeTiling.of(family.folder());
        if (!family.folder().defaults().isEmpty()) {
            new DefaultsCheck(family, controls).check(this);
        }
    }

    /**
     * A bad value in the model's own scheduler config is the model's fault, not that of each request. What Darkroom lacks is
     * another matter: a request may name another scheduler, as the model's own defaults may.
     */
    private void checkScheduler() {
        ModelFolder folder = family.folder();
        if (folder.defaults().containsKey("scheduler")) {
            return;
        }
        try {
            samplers.config(Map.of());
        } catch (SchedulerException e) {
            if (e.problems().stream().allMatch(p -> p.kind() == SchedulerException.Kind.INVALID)) {
                throw new ModelUnavailableException(
                        folder.scheduler().file() + ": "
                                + e.problems().stream()
                                        .map(p -> p.field().replaceFirst("^scheduler\\.", "") + ": " + p.message())
                                        .collect(Collectors.joining("; ")),
                        e);
            }
        }
    }

    Family family() {
        return family;
    }

    Controls controls() {
        return controls;
    }

    @Override
    public Description description() {
        Family.Frame frame = family.frame();
        return new Description(family.folder(), family.name(), tasks, frame.width(), frame.height(), frame.multiple());
    }

    @Override
    public Pipeline open(ModelFolder variant, NetworkLoader loader, NoiseFactory noise) {
        Networks networks = loader.load(variant);
        try {
            Optional<VaeTiling> tiled = VaeTiling.of(variant);
            return new FamilyPipeline(this, variant, TiledNetworks.of(tiled, networks), tiled, noise);
        } catch (RuntimeException e) {
            networks.close();
            throw e;
        }
    }

    @Override
    public Plan plan(Arguments arguments) {
        Task task = task(arguments);
        Arguments given = withDefaults(family.folder(), arguments);
        Checks checks = new Checks();
        soundness.check(arguments, given, task, checks);
        List<Warning> warnings = new ArrayList<>();
        Arguments sized = sized(given, task, warnings);
        checkSize("width", sized.width(), family.frame().width(), task, checks);
        checkSize("height", sized.height(), family.frame().height(), task, checks);
        if (task == Task.RECONSTRUCTION) {
            checks.throwIfAny();
            return plan(task, sized, samplers.config(Map.of()), 0, warnings);
        }
        Arguments a = resolved(sized, task);
        SchedulerConfig scheduler = checks.attempt(() -> scheduler(a, task));
        checks.attempt(() -> family.guidance(a));
        Sampler sampler = scheduler == null ? null : checks.attempt(() -> sampler(a, scheduler));
        if (sampler != null && task.hasStrength() && family.firstIndex(a, sampler) >= sampler.evaluations()) {
            checks.invalid(
                    "strength",
                    a.strength() + " of " + sampler.steps() + " steps leaves none to do; at least "
                            + leastStrength(sampler.steps()) + " is accepted");
        } else if (sampler != null && scheduler != null) {
            checkRuns(a, task, scheduler, sampler, checks);
        }
        checks.throwIfAny();
        Objects.requireNonNull(scheduler);
        Objects.requireNonNull(sampler);
        warnings.addAll(family.warnings(a, sampler));
        warnings.addAll(cuts(a));
        return plan(task, counted(a, sampler), scheduler, evaluations(a, task, scheduler, sampler), warnings);
    }

    /** What leaves one step to do, rounded up: a 49th of 49 steps is less than one in floating point. */
    private static String leastStrength(int steps) {
        return BigDecimal.ONE
                .divide(BigDecimal.valueOf(steps), FEW_DIGITS)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** An explicit schedule has the steps that it comes to: Euler's noise levels are one more, with the 0 at their end. */
    private static Arguments counted(Arguments a, Sampler sampler) {
        return a.timesteps() == null && a.sigmas() == null
                ? a
                : a.toBuilder().numInferenceSteps(sampler.steps()).build();
    }

    @Override
    public Arguments.Size size(Arguments arguments) {
        Arguments sized = sized(withDefaults(family.folder(), arguments), task(arguments), new ArrayList<>());
        return new Arguments.Size(Objects.requireNonNull(sized.height()), Objects.requireNonNull(sized.width()));
    }

    private void checkRuns(Arguments a, Task task, SchedulerConfig scheduler, Sampler sampler, Checks checks) {
        String field = a.timesteps() != null ? "timesteps" : a.sigmas() != null ? "sigmas" : "num_inference_steps";
        new RunCheck(
                        samplers,
                        field,
                        n -> sampler(a.toBuilder().numInferenceSteps(n).build(), scheduler),
                        s -> task.hasStrength() ? family.firstIndex(a, s) : 0)
                .check(sampler, checks);
        Arguments.Inversion inversion = a.inversion();
        Sampler up = inversion == null ? null : checks.attempt(() -> Inversions.sampler(scheduler, inversion));
        if (inversion != null && up != null) {
            new RunCheck(
                            samplers,
                            Inversions.STEPS,
                            n -> Inversions.sampler(
                                    scheduler,
                                    new Arguments.Inversion(inversion.prompt(), n, inversion.guidanceScale())),
                            s -> 0)
                    .check(up, checks);
        }
    }

    /** What was given, and otherwise the model's own defaults; a reconstruction has nothing but the VAE. */
    static Arguments withDefaults(ModelFolder folder, Arguments given) {
        ModelDefaults defaults = new ModelDefaults(folder);
        return given.task() == null ? defaults.under(given) : defaults.vaeUnder(given);
    }

    private Plan plan(Task task, Arguments a, SchedulerConfig scheduler, int steps, List<Warning> warnings) {
        tiling.ifPresent(t ->
                warnings.addAll(t.warnings(Objects.requireNonNull(a.width()), Objects.requireNonNull(a.height()))));
        return new Plan(
                task,
                a,
                scheduler,
                Objects.requireNonNull(a.width()),
                Objects.requireNonNull(a.height()),
                steps,
                Fields.resolved(family.folder().name(), task, a, scheduler),
                List.copyOf(warnings));
    }

    private Task task(Arguments a) {
        if (a.task() != null) {
            return Task.RECONSTRUCTION;
        }
        if (a.inversion() != null) {
            return Task.INVERSION;
        }
        if (a.maskImage() != null) {
            return Task.INPAINTING;
        }
        if (a.image() != null) {
            return Task.IMAGE_TO_IMAGE;
        }
        return tasks.contains(Task.CLASS_TO_IMAGE) ? Task.CLASS_TO_IMAGE : Task.TEXT_TO_IMAGE;
    }

    private void checkSize(String field, @Nullable Integer size, int only, Task task, Checks checks) {
        int multiple = multiple(task);
        if (size == null) {
            return;
        }
        if (family.frame().fixed() && size != only) {
            checks.invalid(field, size + ": " + only + " is accepted by this model, which has one size only");
        } else if (size < multiple || size % multiple != 0) {
            int below = Math.max(multiple, size / multiple * multiple);
            checks.invalid(
                    field,
                    size + ": a multiple of " + multiple + " is accepted by this model, such as " + below + " or "
                            + (below + multiple));
        }
    }

    /** The VAE alone takes finer sizes than the denoiser. */
    private int multiple(Task task) {
        return task == Task.RECONSTRUCTION
                ? family.autoencoder().factor()
                : family.frame().multiple();
    }

    private Arguments sized(Arguments a, Task task, List<Warning> warnings) {
        Family.Frame frame = family.frame();
        InputImage control = a.control().image();
        boolean ofImage =
                task == Task.RECONSTRUCTION || (frame.ofImage() && (task != Task.INPAINTING || control != null));
        InputImage image = !ofImage ? null : task.needsImage() ? a.image() : control;
        return a.toBuilder()
                .seed(or(a.seed(), 0L))
                .generatorDevice(or(a.generatorDevice(), "cpu"))
                .width(or(a.width(), image == null ? frame.width() : cut("width", image.width(), task, warnings)))
                .height(or(a.height(), image == null ? frame.height() : cut("height", image.height(), task, warnings)))
                .build();
    }

    /** The input picture's own size, cut to what the model takes. */
    private int cut(String side, int own, Task task, List<Warning> warnings) {
        int multiple = multiple(task);
        int cut = Math.max(multiple, own / multiple * multiple);
        int diffusers =
                own / family.autoencoder().factor() * family.autoencoder().factor();
        if (cut != diffusers) {
            warnings.add(new Warning(
                    side,
                    "the image's " + own + " pixels become " + cut + ", as this model takes multiples of " + multiple));
        }
        return cut;
    }

    private Arguments resolved(Arguments a, Task task) {
        boolean controlled = a.control().image() != null;
        Family.Defaults defaults = controlled ? family.controlledDefaults(task) : family.defaults(task);
        Set<String> taken = family.fields();
        int steps = a.timesteps() != null
                ? a.timesteps().size()
                : a.sigmas() != null ? a.sigmas().size() : or(a.numInferenceSteps(), defaults.steps());
        Arguments.Inversion inversion = a.inversion();
        return family.resolved(a.toBuilder()
                .prompt(taken.contains("prompt") ? Texts.or(a.prompt(), "") : null)
                .numInferenceSteps(steps)
                .guidanceScale(or(a.guidanceScale(), defaults.guidanceScale()))
                .guidanceRescale(
                        taken.contains("guidance_rescale") ? Double.valueOf(or(a.guidanceRescale(), 0.0)) : null)
                .eta(taken.contains("eta") ? Double.valueOf(or(a.eta(), 0.0)) : null)
                .numImagesPerPrompt(
                        taken.contains("num_images_per_prompt") ? Integer.valueOf(or(a.numImagesPerPrompt(), 1)) : null)
                .promptWeighting(
                        taken.contains("prompt_weighting") ? Boolean.valueOf(or(a.promptWeighting(), false)) : null)
                .strength(task.hasStrength() ? Double.valueOf(or(a.strength(), defaults.strength())) : null)
                .control(controlled ? controls.resolved(a.control(), task) : Arguments.Control.NONE)
                .inversion(
                        inversion == null
                                ? null
                                : new Arguments.Inversion(
                                        inversion.prompt(),
                                        or(inversion.numInferenceSteps(), steps),
                                        or(inversion.guidanceScale(), 1.0)))
                .build());
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    /** The sampler's config. Inversion is DDIM's: a model whose file names another sampler gets DDIM for it. */
    private SchedulerConfig scheduler(Arguments a, Task task) {
        Map<String, Object> override = new LinkedHashMap<>(or(a.scheduler(), Map.of()));
        if (task == Task.INVERSION) {
            override.putIfAbsent("_class_name", SchedulerClass.DDIM.className());
        }
        SchedulerConfig config = samplers.config(override);
        if (task == Task.INVERSION && config.type() != SchedulerClass.DDIM) {
            throw SchedulerException.unsupported(
                    "scheduler", config.type().className() + " cannot be inverted; DDIMScheduler can");
        }
        return config;
    }

    /** The sampler of resolved arguments. */
    Sampler sampler(Arguments a, SchedulerConfig scheduler) {
        return samplers.sampler(scheduler, family.schedule(a, scheduler));
    }

    private int evaluations(Arguments a, Task task, SchedulerConfig scheduler, Sampler sampler) {
        return switch (task) {
            case TEXT_TO_IMAGE, CLASS_TO_IMAGE -> sampler.evaluations();
            case IMAGE_TO_IMAGE, INPAINTING -> sampler.evaluations() - family.firstIndex(a, sampler);
            case INVERSION -> Inversions.sampler(scheduler, Objects.requireNonNull(a.inversion()))
                            .evaluations()
                    + 2 * sampler.evaluations();
            case RECONSTRUCTION -> 0;
        };
    }

    private List<Warning> cuts(Arguments a) {
        List<Warning> cuts = new ArrayList<>(cuts(family.texts(a), a));
        if (a.inversion() != null) {
            Arguments source = Inversions.source(a);
            cuts(family.texts(source), a).stream()
                    .filter(w -> w.field().equals("prompt"))
                    .forEach(w -> cuts.add(new Warning("inversion.prompt", w.message())));
        }
        return cuts;
    }

    private List<Warning> cuts(List<Family.Text> texts, Arguments a) {
        return Boolean.TRUE.equals(a.promptWeighting())
                ? family.tokenizers().cutWeighted(texts)
                : family.tokenizers().cut(texts);
    }
}
