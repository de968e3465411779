package io.darkroom.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.model.Config;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerClass;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.Schedulers;
import io.darkroom.sampling.StepOptions;
import io.darkroom.sampling.Strength;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.Guiders;
import io.darkroom.text.Tokenizer;
import io.darkroom.text.TokenizerFileException;
import io.darkroom.text.Tokenizers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Stable Diffusion 1.x and 2.x: one CLIP text encoder whose last hidden state conditions a UNet, which predicts epsilon
 * or v as the scheduler's config says. Equal to diffusers' {@code StableDiffusionPipeline} and
 * {@code StableDiffusionImg2ImgPipeline}; inversion is their DDIM with {@code DDIMInverseScheduler} before it.
 *
 * <p>This half resolves requests from the configs alone; {@link StableDiffusionPipeline} runs them.
 */
final class StableDiffusion implements Planner {
    /** The classes whose folders hold these components; the task follows from the request. */
    static final Set<String> CLASSES =
            new TreeSet<>(Set.of("StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline"));

    /** diffusers' defaults of {@code __call__}. */
    private static final int STEPS = 50;

    private static final double GUIDANCE_SCALE = 7.5;
    private static final double STRENGTH = 0.8;

    private final ModelFolder folder;
    private final Autoencoder autoencoder;
    private final Tokenizer tokenizer;
    private final int defaultWidth;
    private final int defaultHeight;
    private final int sizeMultiple;

    StableDiffusion(ModelFolder folder) {
        this.folder = folder;
        // What is missing is said here, before anything is loaded.
        List.of("text_encoder", "unet", "vae_decoder").forEach(folder::graph);
        Config unet = folder.config("unet");
        this.autoencoder = Autoencoder.of(folder.config("vae_decoder"));
        this.tokenizer = tokenizer(folder);
        int channels = unet.integer("in_channels");
        if (channels != autoencoder.channels()) {
            throw new ModelUnavailableException(unet.file() + ": in_channels: found " + channels + ", expected "
                    + autoencoder.channels() + " as the VAE's latent_channels");
        }
        // Each of the UNet's blocks but the last halves the latents; the traced graph cannot halve an odd number.
        this.sizeMultiple = autoencoder.factor() << (unet.length("block_out_channels") - 1);
        JsonNode size = unet.json().path("sample_size");
        this.defaultHeight =
                (size.isArray() ? size.path(0).asInt() : unet.integer("sample_size", 64)) * autoencoder.factor();
        this.defaultWidth =
                (size.isArray() ? size.path(1).asInt() : unet.integer("sample_size", 64)) * autoencoder.factor();
    }

    private static Tokenizer tokenizer(ModelFolder folder) {
        try {
            int length = folder.config("text_encoder").integer("max_position_embeddings", 77);
            return Tokenizers.read(folder.component("tokenizer"), length);
        } catch (TokenizerFileException e) {
            throw new ModelUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Description description() {
        return new Description(folder, "stable-diffusion", tasks(), defaultWidth, defaultHeight, sizeMultiple);
    }

    ModelFolder folder() {
        return folder;
    }

    private Set<Task> tasks() {
        return folder.has("vae_encoder")
                ? Set.of(Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE, Task.INVERSION)
                : Set.of(Task.TEXT_TO_IMAGE);
    }

    @Override
    public Pipeline open(NetworkLoader loader, NoiseFactory noise) {
        Networks networks = loader.load(folder);
        try {
            return new StableDiffusionPipeline(this, networks, noise);
        } catch (RuntimeException e) {
            networks.close();
            throw e;
        }
    }

    Autoencoder autoencoder() {
        return autoencoder;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public Plan plan(Arguments arguments) {
        Arguments given = new ModelDefaults(folder).under(arguments);
        Task task = task(given);
        Checks checks = new Checks();
        check(given, task, checks);
        List<Warning> warnings = new ArrayList<>();
        Arguments a = resolved(given, task, warnings);
        checkSize("width", a.width(), checks);
        checkSize("height", a.height(), checks);
        SchedulerConfig scheduler = checks.attempt(() -> scheduler(a, task));
        checks.attempt(() -> guidance(a));
        Sampler sampler = scheduler == null
                ? null
                : checks.attempt(() -> Schedulers.create(scheduler, request(a, a.numInferenceSteps())));
        if (sampler != null && task == Task.IMAGE_TO_IMAGE && firstIndex(a, sampler) >= sampler.evaluations()) {
            checks.invalid(
                    "strength",
                    a.strength() + " of " + sampler.steps() + " steps leaves none to do; at least "
                            + 1.0 / sampler.steps() + " is accepted");
        }
        checks.throwIfAny();
        Objects.requireNonNull(scheduler);
        Objects.requireNonNull(sampler);
        warnIfCut("prompt", a.prompt(), warnings);
        warnIfCut("negative_prompt", a.negativePrompt(), warnings);
        if (a.inversion() != null) {
            warnIfCut("inversion.prompt", a.inversion().prompt(), warnings);
        }
        return new Plan(
                task,
                a,
                scheduler,
                Objects.requireNonNull(a.width()),
                Objects.requireNonNull(a.height()),
                evaluations(a, task, scheduler, sampler),
                parameters(a, task, scheduler),
                List.copyOf(warnings));
    }

    private static Task task(Arguments a) {
        if (a.inversion() != null) {
            return Task.INVERSION;
        }
        return a.image() != null ? Task.IMAGE_TO_IMAGE : Task.TEXT_TO_IMAGE;
    }

    private void check(Arguments a, Task task, Checks checks) {
        if (!tasks().contains(task)) {
            checks.unsupported("image", "\"" + folder.name() + "\" has no vae_encoder, so it can do " + tasks());
        }
        if (a.prompt() == null) {
            checks.invalid("prompt", "is missing; a text is accepted, also an empty one");
        }
        if (task == Task.INVERSION && a.image() == null) {
            checks.invalid("image", "is missing; an inversion starts from a picture");
        }
        if (a.strength() != null && task != Task.IMAGE_TO_IMAGE) {
            checks.invalid("strength", a.strength() + ": goes with an image that is not inverted");
        }
        if (a.strength() != null && !(a.strength() > 0 && a.strength() <= 1)) {
            checks.invalid("strength", a.strength() + ": a number above 0 and up to 1 is accepted");
        }
        if (a.timesteps() != null && a.sigmas() != null) {
            checks.invalid("sigmas", "only one of timesteps and sigmas is accepted");
        }
        if (a.clipSkip() != null && a.clipSkip() != 0) {
            checks.unsupported(
                    "clip_skip",
                    a.clipSkip() + ": the exported text encoder gives its last hidden state alone; 0 is accepted");
        }
        if (a.generatorDevice() != null && !Set.of("cpu", "cuda").contains(a.generatorDevice())) {
            checks.invalid("generator_device", "\"" + a.generatorDevice() + "\": cpu or cuda is accepted");
        }
        checks.range("num_inference_steps", a.numInferenceSteps(), 1, 100_000);
        checks.range("num_images_per_prompt", a.numImagesPerPrompt(), 1, 10_000);
        checks.finite("guidance_scale", a.guidanceScale());
        checks.range("guidance_rescale", a.guidanceRescale(), 0, 1);
        checks.range("eta", a.eta(), 0, 1);
        if (a.inversion() != null) {
            checks.range("inversion.num_inference_steps", a.inversion().numInferenceSteps(), 1, 100_000);
            checks.finite("inversion.guidance_scale", a.inversion().guidanceScale());
        }
        int pictures = a.numImagesPerPrompt() == null ? 1 : a.numImagesPerPrompt();
        if (a.seed() == null) {
            checks.invalid("seed", "is missing");
        } else if (a.seed() < 0 || a.seed() > Long.MAX_VALUE - pictures + 1) {
            checks.invalid("seed", a.seed() + ": 0 to 2^63 - " + pictures + " is accepted");
        }
    }

    private void checkSize(String field, @Nullable Integer size, Checks checks) {
        if (size != null && (size < sizeMultiple || size % sizeMultiple != 0)) {
            int below = Math.max(sizeMultiple, size / sizeMultiple * sizeMultiple);
            checks.invalid(
                    field,
                    size + ": a multiple of " + sizeMultiple + " is accepted by this model, such as " + below + " or "
                            + (below + sizeMultiple));
        }
    }

    private Arguments resolved(Arguments a, Task task, List<Warning> warnings) {
        Arguments.Inversion inversion = a.inversion();
        int steps = a.timesteps() != null
                ? a.timesteps().size()
                : a.sigmas() != null ? a.sigmas().size() : or(a.numInferenceSteps(), STEPS);
        return a.toBuilder()
                .prompt(or(a.prompt(), ""))
                .negativePrompt(or(a.negativePrompt(), ""))
                .numInferenceSteps(steps)
                .guidanceScale(or(a.guidanceScale(), GUIDANCE_SCALE))
                .guidanceRescale(or(a.guidanceRescale(), 0.0))
                .eta(or(a.eta(), 0.0))
                .seed(or(a.seed(), 0L))
                .generatorDevice(or(a.generatorDevice(), "cpu"))
                .width(or(a.width(), defaultSize("width", a.image(), defaultWidth, warnings)))
                .height(or(a.height(), defaultSize("height", a.image(), defaultHeight, warnings)))
                .numImagesPerPrompt(or(a.numImagesPerPrompt(), 1))
                .strength(task == Task.IMAGE_TO_IMAGE ? Double.valueOf(or(a.strength(), STRENGTH)) : null)
                .inversion(
                        inversion == null
                                ? null
                                : new Arguments.Inversion(
                                        inversion.prompt(),
                                        or(inversion.numInferenceSteps(), steps),
                                        or(inversion.guidanceScale(), 1.0)))
                .build();
    }

    /** The input picture's own size, cut to what the model takes; without one the model's. */
    private int defaultSize(String side, @Nullable InputImage image, int otherwise, List<Warning> warnings) {
        if (image == null) {
            return otherwise;
        }
        int own = side.equals("width") ? image.width() : image.height();
        int cut = Math.max(sizeMultiple, own / sizeMultiple * sizeMultiple);
        int diffusers = own / autoencoder.factor() * autoencoder.factor();
        if (cut != diffusers) {
            warnings.add(new Warning(
                    side,
                    "the image's " + own + " pixels become " + cut + ", as this model takes multiples of "
                            + sizeMultiple));
        }
        return cut;
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
        SchedulerConfig config = SchedulerConfig.from(folder.scheduler().map(), override);
        if (task == Task.INVERSION && config.type() != SchedulerClass.DDIM) {
            throw SchedulerException.unsupported(
                    "scheduler", config.type().className() + " cannot be inverted; DDIMScheduler can");
        }
        return config;
    }

    /** What the schedule of the denoising is made from. */
    static ScheduleRequest request(Arguments a, @Nullable Integer steps) {
        StepOptions options = StepOptions.DEFAULT.withEta(or(a.eta(), 0.0));
        return new ScheduleRequest(or(steps, STEPS), a.timesteps(), a.sigmas(), null, null, 1.0, options);
    }

    static int firstIndex(Arguments a, Sampler sampler) {
        return Strength.STABLE_DIFFUSION.startIndex(sampler, or(a.strength(), 1.0));
    }

    /** The guider where one is named, with the request's scale and rescale unless it has its own; else as the pipeline. */
    static Guidance guidance(Arguments a) {
        double scale = or(a.guidanceScale(), GUIDANCE_SCALE);
        double rescale = or(a.guidanceRescale(), 0.0);
        if (a.guider() == null) {
            return Guiders.pipeline(scale, rescale);
        }
        Map<String, @Nullable Object> guider = new LinkedHashMap<>(a.guider());
        guider.putIfAbsent("guidance_scale", scale);
        guider.putIfAbsent("guidance_rescale", rescale);
        return Guiders.from(guider);
    }

    /** The schedule that goes up in noise: from the same config, with as many steps as the request's inversion says. */
    static Sampler inverse(SchedulerConfig scheduler, Arguments.Inversion inversion) {
        Map<String, @Nullable Object> file = new LinkedHashMap<>(scheduler.values());
        file.put("_class_name", SchedulerClass.DDIM_INVERSE.className());
        return Schedulers.create(
                SchedulerConfig.from(file), ScheduleRequest.ofSteps(or(inversion.numInferenceSteps(), STEPS)));
    }

    private static int evaluations(Arguments a, Task task, SchedulerConfig scheduler, Sampler sampler) {
        return switch (task) {
            case TEXT_TO_IMAGE -> sampler.evaluations();
            case IMAGE_TO_IMAGE -> sampler.evaluations() - firstIndex(a, sampler);
            case INVERSION -> inverse(scheduler, Objects.requireNonNull(a.inversion()))
                            .evaluations()
                    + 2 * sampler.evaluations();
        };
    }

    private void warnIfCut(String field, @Nullable String text, List<Warning> warnings) {
        String cut = text == null ? "" : tokenizer.encode(text).cut();
        if (!cut.isEmpty()) {
            warnings.add(new Warning(field, "cut after " + (tokenizer.length() - 2) + " tokens: \"" + cut + "\""));
        }
    }

    private Map<String, Object> parameters(Arguments a, Task task, SchedulerConfig scheduler) {
        Map<String, Object> p = new LinkedHashMap<>();
        p.put("model", folder.name());
        p.put("task", task.label());
        put(p, "prompt", a.prompt());
        put(p, "negative_prompt", a.negativePrompt());
        put(p, "num_inference_steps", a.numInferenceSteps());
        put(p, "timesteps", a.timesteps());
        put(p, "sigmas", a.sigmas());
        put(p, "guidance_scale", a.guidanceScale());
        put(p, "guidance_rescale", a.guidanceRescale());
        put(p, "guider", a.guider());
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("_class_name", scheduler.type().className());
        config.putAll(scheduler.values());
        p.put("scheduler", config);
        put(p, "eta", a.eta());
        put(p, "seed", a.seed());
        put(p, "generator_device", a.generatorDevice());
        put(p, "width", a.width());
        put(p, "height", a.height());
        put(p, "num_images_per_prompt", a.numImagesPerPrompt());
        put(p, "strength", a.strength());
        if (a.inversion() != null) {
            Map<String, Object> inversion = new LinkedHashMap<>();
            put(inversion, "prompt", a.inversion().prompt());
            put(inversion, "num_inference_steps", a.inversion().numInferenceSteps());
            put(inversion, "guidance_scale", a.inversion().guidanceScale());
            p.put("inversion", inversion);
        }
        return p;
    }

    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
