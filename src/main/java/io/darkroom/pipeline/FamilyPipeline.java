package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.Start;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.Guiders;
import io.darkroom.sampling.guidance.NoGuidance;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A loaded model of any family: runs what {@link FamilyPlanner} has resolved. */
final class FamilyPipeline implements Pipeline {
    private final FamilyPlanner planner;
    private final Planner.Description description;
    private final Family family;
    private final Networks networks;
    private final NoiseFactory noise;
    private final Conditioner conditioner;
    private final Optional<VaeTiling> tiling;

    /** @throws ModelUnavailableException where the denoiser wants other inputs than this family has */
    FamilyPipeline(
            FamilyPlanner planner,
            ModelFolder variant,
            Networks networks,
            Optional<VaeTiling> tiling,
            NoiseFactory noise) {
        this.planner = planner;
        this.description = planner.description().of(variant);
        this.family = planner.family();
        this.networks = networks;
        this.noise = noise;
        Set<String> wanted = networks.denoiser().conditions().keySet();
        if (!wanted.equals(family.conditions())) {
            throw new ModelUnavailableException(
                    family.folder().graph(family.denoiser()) + " does not fit: besides sample and time found inputs "
                            + wanted + ", expected " + family.conditions());
        }
        this.conditioner = family.conditioner(networks);
        this.tiling = tiling;
    }

    @Override
    public Planner.Description description() {
        return description;
    }

    @Override
    public Plan plan(Arguments arguments) {
        Plan plan = planner.plan(arguments);
        Checks checks = new Checks();
        LatentEncoder encoder = networks.encoder();
        boolean sampled = encoder != null && encoder.sampled();
        if (sampled && plan.task() == Task.INVERSION) {
            checks.unsupported("inversion", "this model's VAE encoder draws at random inside its graph");
        }
        List<Integer> shape = networks.denoiser().inputShape();
        if (plan.task() != Task.RECONSTRUCTION && shape.size() == 3) {
            checkFixed("height", plan.height(), shape.get(1), checks);
            checkFixed("width", plan.width(), shape.get(2), checks);
        }
        checks.throwIfAny();
        Plan warned = sampled && plan.task().needsImage()
                ? plan.withWarning(new Warning(
                        "seed",
                        "this model's VAE encoder draws at random inside its graph, so the seed does not govern all"))
                : plan;
        for (Map.Entry<String, String> lora : networks.leftOut().entrySet()) {
            warned = warned.withWarning(new Warning("loras", "\"" + lora.getKey() + "\": " + lora.getValue()));
        }
        return warned;
    }

    /** An export with fixed axes takes one size only. */
    private void checkFixed(String field, int size, int latents, Checks checks) {
        int fixed = latents * family.autoencoder().factor();
        if (fixed > 0 && fixed != size) {
            checks.invalid(field, size + ": this model was exported for " + fixed + " alone");
        }
    }

    @Override
    public void prepare(List<Plan> plans) {
        conditioner.prepare(plans.stream()
                .filter(p -> p.task() != Task.RECONSTRUCTION)
                .map(Plan::arguments)
                .toList());
    }

    @Override
    public List<Sampling> begin(Plan plan) {
        return begin(List.of(plan)).get(0);
    }

    @Override
    public List<List<Sampling>> begin(List<Plan> plans) {
        Map<Source, List<Tensor>> encoded = new HashMap<>();
        List<List<Sampling>> pictures = new ArrayList<>();
        for (Plan plan : plans) {
            pictures.add(begin(
                    plan,
                    plan.task().needsImage()
                            ? encoded.computeIfAbsent(Source.of(plan), s -> encoded(plan))
                            : List.of()));
        }
        return pictures;
    }

    /** What is encoded. Pictures are told apart by being the same object. */
    private record Source(Task task, @Nullable InputImage image, @Nullable InputImage mask, int width, int height) {
        static Source of(Plan plan) {
            Arguments a = plan.arguments();
            return new Source(plan.task(), a.image(), a.maskImage(), plan.width(), plan.height());
        }
    }

    private List<Sampling> begin(Plan plan, List<Tensor> encoded) {
        if (plan.task() == Task.RECONSTRUCTION) {
            return List.of(reconstruction(plan, encoded.get(0)));
        }
        Arguments a = plan.arguments();
        Shared shared = new Shared(
                plan,
                planner.sampler(a, plan.scheduler()),
                family.guidance(a),
                encoded,
                planner.controls().steering(plan));
        List<Sampling> pictures = new ArrayList<>();
        for (int i = 0; i < family.pictures(a); i++) {
            pictures.add(picture(shared, i));
        }
        return pictures;
    }

    /** What all pictures of a request have in common. */
    private record Shared(
            Plan plan, Sampler sampler, Guidance guidance, List<Tensor> encoded, @Nullable Steering steering) {
        Phase phase(
                int first,
                Map<Branch, Conditioning> conditioning,
                Wiring wiring,
                Start start,
                UnaryOperator<Progress> after) {
            return new Phase("denoise", sampler, first, guidance, conditioning, wiring, ends -> start, after, steering);
        }
    }

    private Sampling picture(Shared shared, int index) {
        Arguments a = shared.plan().arguments();
        long seed = Objects.requireNonNull(a.seed()) + index;
        NoiseSource generator = noise.of(Objects.requireNonNull(a.generatorDevice()), seed, conditioner.noiseType());
        Map<Branch, Conditioning> conditioning = conditioner.conditioning(a, index);
        int[] shape = shape(shared.plan());
        return switch (shared.plan().task()) {
            case TEXT_TO_IMAGE, CLASS_TO_IMAGE -> {
                Tensor drawn = generator.next(shape);
                Start start = family.scalesNoise() ? new Start.Noise(drawn) : new Start.At(0, drawn);
                Phase phase = shared.phase(0, conditioning, family.wiring(), start, UnaryOperator.identity());
                yield new PhasedSampling(seed, List.of(phase), generator, ends -> Map.of());
            }
            case IMAGE_TO_IMAGE -> {
                int first = family.firstIndex(a, shared.sampler());
                // diffusers' order of draws: the posterior's, then the noise.
                Tensor source = source(shared.encoded().get(0), generator);
                Start start = new Start.At(first, shared.sampler().noised(source, generator.next(shape), first));
                Phase phase = shared.phase(first, conditioning, family.wiring(), start, UnaryOperator.identity());
                yield new PhasedSampling(seed, List.of(phase), generator, ends -> Map.of());
            }
            case INPAINTING -> inpainting(shared, seed, conditioning, generator);
            case INVERSION -> inversion(shared, seed, conditioning, generator);
            case RECONSTRUCTION -> throw new IllegalStateException("a reconstruction samples nothing");
        };
    }

    private int[] shape(Plan plan) {
        Autoencoder vae = family.autoencoder();
        return new int[] {vae.channels(), plan.height() / vae.factor(), plan.width() / vae.factor()};
    }

    private Sampling inpainting(
            Shared shared, long seed, Map<Branch, Conditioning> conditioning, NoiseSource generator) {
        Arguments a = shared.plan().arguments();
        boolean beside = family.seesMask();
        boolean fromNoise = Objects.requireNonNull(a.strength()) == 1;
        int first = family.firstIndex(a, shared.sampler());
        // diffusers' order of draws: the picture's posterior where it is needed, the noise, the masked picture's.
        Tensor source = beside && fromNoise ? null : source(shared.encoded().get(0), generator);
        Tensor drawn = generator.next(shape(shared.plan()));
        Tensor masked = source(shared.encoded().get(1), generator);
        Tensor mask =
                Inpainting.latentMask(mask(shared.plan()), family.autoencoder().factor());
        Start start = fromNoise || source == null
                ? new Start.Noise(drawn)
                : new Start.At(first, shared.sampler().noised(source, drawn, first));
        Phase phase = beside || source == null
                ? shared.phase(first, conditioning, Inpainting.beside(mask, masked), start, UnaryOperator.identity())
                : shared.phase(
                        first,
                        conditioning,
                        family.wiring(),
                        start,
                        Inpainting.puttingBack(shared.sampler(), mask, source, drawn));
        return new PhasedSampling(seed, List.of(phase), generator, ends -> Map.of());
    }

    private static Tensor mask(Plan plan) {
        return Inpainting.mask(Objects.requireNonNull(plan.arguments().maskImage()), plan.width(), plan.height());
    }

    /** Up in noise as the source prompt explains it, down again with the same prompt to see what is lost, and with the new one. */
    private Sampling inversion(
            Shared shared, long seed, Map<Branch, Conditioning> conditioning, NoiseSource generator) {
        Arguments a = shared.plan().arguments();
        Arguments.Inversion inversion = Objects.requireNonNull(a.inversion());
        Map<Branch, Conditioning> source = conditioner.conditioning(Inversions.source(a), 0);
        Guidance inverseGuidance = Guiders.pipeline(Objects.requireNonNull(inversion.guidanceScale()), 0);
        Sampler inverse = Inversions.sampler(shared.plan().scheduler(), inversion);
        Autoencoder vae = family.autoencoder();
        Tensor latents = vae.scaled(vae.mode(shared.encoded().get(0)));
        UnaryOperator<Progress> asItIs = UnaryOperator.identity();
        Wiring wiring = family.wiring();
        List<Phase> phases = List.of(
                new Phase(
                        "invert",
                        inverse,
                        0,
                        inverseGuidance,
                        source,
                        wiring,
                        ends -> new Start.At(0, latents),
                        asItIs),
                new Phase(
                        "reconstruct",
                        shared.sampler(),
                        0,
                        NoGuidance.NONE,
                        source,
                        wiring,
                        ends -> new Start.At(0, ends.get(0)),
                        asItIs),
                new Phase(
                        "denoise",
                        shared.sampler(),
                        0,
                        shared.guidance(),
                        conditioning,
                        wiring,
                        ends -> new Start.At(0, ends.get(0)),
                        asItIs));
        return new PhasedSampling(seed, phases, generator, ends -> Inversions.errors(latents, ends.get(1)));
    }

    private Sampling reconstruction(Plan plan, Tensor encoded) {
        Autoencoder vae = family.autoencoder();
        boolean sampled = Objects.requireNonNull(networks.encoder()).sampled();
        return new Reconstruction(
                Objects.requireNonNull(plan.arguments().seed()),
                vae.scaled(sampled ? encoded : vae.mode(encoded)),
                Autoencoder.toPixels(image(plan)));
    }

    /** The input picture at the size of the output, as the encoder wants it. */
    private static Tensor image(Plan plan) {
        return Autoencoder.toNetwork(
                Lanczos.resize(Objects.requireNonNull(plan.arguments().image()), plan.width(), plan.height()));
    }

    /** What the encoder gave for the input picture, and for inpainting also for the masked one. */
    private List<Tensor> encoded(Plan plan) {
        Tensor image = image(plan);
        List<Tensor> pictures =
                plan.task() == Task.INPAINTING ? List.of(image, Inpainting.masked(image, mask(plan))) : List.of(image);
        LatentEncoder encoder = Objects.requireNonNull(networks.encoder());
        try {
            return encoder.encode(pictures);
        } catch (DeviceMemoryException e) {
            if (pictures.size() == 1) {
                throw e;
            }
            return pictures.stream()
                    .flatMap(one -> encoder.encode(List.of(one)).stream())
                    .toList();
        }
    }

    /** Latents drawn from what the encoder gave. */
    private Tensor source(Tensor encoded, NoiseSource generator) {
        Autoencoder vae = family.autoencoder();
        boolean sampled = Objects.requireNonNull(networks.encoder()).sampled();
        return vae.scaled(sampled ? encoded : vae.sample(encoded, generator));
    }

    @Override
    public boolean timePerRow() {
        return networks.denoiser().timePerRow();
    }

    @Override
    public List<Tensor> evaluate(List<Denoiser.Row> rows) {
        return networks.denoiser().evaluate(rows);
    }

    @Override
    public List<Tensor> decode(List<Tensor> latents) {
        List<Tensor> unscaled =
                latents.stream().map(family.autoencoder()::unscaled).toList();
        return networks.decoder().decode(unscaled).stream()
                .map(Autoencoder::toPixels)
                .toList();
    }

    @Override
    public int decodedAtOnce(int width, int height) {
        return tiling.map(tiles -> tiles.largest(width, height)).orElse(width * height);
    }

    @Override
    public void shrink() {
        networks.shrink();
    }

    @Override
    public void close() {
        networks.close();
    }
}
