package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentEncoder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.Schedulers;
import io.darkroom.sampling.Start;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.Guiders;
import io.darkroom.sampling.guidance.NoGuidance;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A loaded Stable Diffusion 1.x or 2.x: runs what {@link StableDiffusion} has resolved. */
final class StableDiffusionPipeline implements Pipeline {
    private static final String TEXT = "encoder_hidden_states";

    private final StableDiffusion family;
    private final Networks networks;
    private final NoiseFactory noise;
    private final TextCache texts;
    private final ElementType noiseType;

    /** @throws ModelUnavailableException where the UNet wants other inputs than this family has */
    StableDiffusionPipeline(StableDiffusion family, Networks networks, NoiseFactory noise) {
        this.family = family;
        this.networks = networks;
        this.noise = noise;
        TextEncoder encoder = networks.textEncoders().get("text_encoder");
        if (encoder == null) {
            throw new ModelUnavailableException(family.folder().index().file()
                    + ": text_encoder: nothing found, expected a component; Stable Diffusion has one");
        }
        Set<String> wanted = networks.denoiser().conditions().keySet();
        if (!wanted.equals(Set.of(TEXT))) {
            throw new ModelUnavailableException(
                    family.folder().graph("unet") + " does not fit: besides sample and time " + "found inputs " + wanted
                            + ", expected " + TEXT + " alone");
        }
        this.texts = new TextCache(encoder);
        // diffusers draws in the type of the prompt's embeddings.
        this.noiseType = encoder.elementType();
    }

    @Override
    public Planner.Description description() {
        return family.description();
    }

    @Override
    public Plan plan(Arguments arguments) {
        Plan plan = family.plan(arguments);
        Checks checks = new Checks();
        LatentEncoder encoder = networks.encoder();
        boolean sampled = encoder != null && encoder.sampled();
        if (sampled && plan.task() == Task.INVERSION) {
            checks.unsupported("inversion", "this model's VAE encoder draws at random inside its graph");
        }
        checkFixed("height", plan.height(), 1, checks);
        checkFixed("width", plan.width(), 2, checks);
        checks.throwIfAny();
        return sampled && plan.task() == Task.IMAGE_TO_IMAGE
                ? plan.withWarning(new Warning(
                        "seed",
                        "this model's VAE encoder draws at random inside its graph, so the seed does not govern all"))
                : plan;
    }

    /** An export with fixed axes takes one size only. */
    private void checkFixed(String field, int size, int axis, Checks checks) {
        int fixed = networks.denoiser().inputShape().get(axis)
                * family.autoencoder().factor();
        if (fixed > 0 && fixed != size) {
            checks.invalid(field, size + ": this model was exported for " + fixed + " alone");
        }
    }

    @Override
    public List<Sampling> begin(Plan plan) {
        Arguments a = plan.arguments();
        Map<Branch, Conditioning> conditioning =
                conditioning(Objects.requireNonNull(a.prompt()), Objects.requireNonNull(a.negativePrompt()));
        Sampler sampler = Schedulers.create(plan.scheduler(), StableDiffusion.request(a, a.numInferenceSteps()));
        Guidance guidance = StableDiffusion.guidance(a);
        int height = plan.height() / family.autoencoder().factor();
        int width = plan.width() / family.autoencoder().factor();
        int channels = family.autoencoder().channels();
        Tensor encoded = plan.task() == Task.TEXT_TO_IMAGE ? null : encode(plan);
        List<Sampling> pictures = new ArrayList<>();
        for (int i = 0; i < Objects.requireNonNull(a.numImagesPerPrompt()); i++) {
            long seed = Objects.requireNonNull(a.seed()) + i;
            NoiseSource generator = noise.of(Objects.requireNonNull(a.generatorDevice()), seed, noiseType);
            switch (plan.task()) {
                case TEXT_TO_IMAGE -> {
                    Start start = new Start.Noise(generator.next(channels, height, width));
                    Phase phase = new Phase("denoise", sampler, 0, guidance, conditioning, ends -> start);
                    pictures.add(new PhasedSampling(seed, List.of(phase), generator, ends -> Map.of()));
                }
                case IMAGE_TO_IMAGE -> {
                    int first = StableDiffusion.firstIndex(a, sampler);
                    // diffusers' order of draws: the posterior's, then the noise.
                    Tensor latents = source(Objects.requireNonNull(encoded), generator);
                    Tensor drawn = generator.next(channels, height, width);
                    Start start = new Start.At(first, sampler.noised(latents, drawn, first));
                    Phase phase = new Phase("denoise", sampler, first, guidance, conditioning, ends -> start);
                    pictures.add(new PhasedSampling(seed, List.of(phase), generator, ends -> Map.of()));
                }
                case INVERSION -> pictures.add(inversion(
                        plan, seed, Objects.requireNonNull(encoded), sampler, guidance, conditioning, generator));
            }
        }
        return pictures;
    }

    /** Up in noise as the source prompt explains it, down again with the same prompt to see what is lost, and with the new one. */
    private Sampling inversion(
            Plan plan,
            long seed,
            Tensor encoded,
            Sampler sampler,
            Guidance guidance,
            Map<Branch, Conditioning> conditioning,
            NoiseSource generator) {
        Arguments.Inversion inversion = Objects.requireNonNull(plan.arguments().inversion());
        Map<Branch, Conditioning> source = conditioning(inversion.prompt(), "");
        Guidance inverseGuidance = Guiders.pipeline(Objects.requireNonNull(inversion.guidanceScale()), 0);
        Tensor latents = family.autoencoder().scaled(family.autoencoder().mode(encoded));
        List<Phase> phases = List.of(
                new Phase(
                        "invert",
                        StableDiffusion.inverse(plan.scheduler(), inversion),
                        0,
                        inverseGuidance,
                        source,
                        ends -> new Start.At(0, latents)),
                new Phase("reconstruct", sampler, 0, NoGuidance.NONE, source, ends -> new Start.At(0, ends.get(0))),
                new Phase("denoise", sampler, 0, guidance, conditioning, ends -> new Start.At(0, ends.get(0))));
        return new PhasedSampling(seed, phases, generator, ends -> Inversions.errors(latents, ends.get(1)));
    }

    private Map<Branch, Conditioning> conditioning(String prompt, String negative) {
        List<Integer> positiveIds = family.tokenizer().encode(prompt).ids();
        List<Integer> negativeIds = family.tokenizer().encode(negative).ids();
        Map<List<Integer>, TextEncoder.Encoding> encoded = texts.encode(List.of(positiveIds, negativeIds));
        return Map.of(
                Branch.CONDITIONAL, conditioning(Objects.requireNonNull(encoded.get(positiveIds))),
                Branch.UNCONDITIONAL, conditioning(Objects.requireNonNull(encoded.get(negativeIds))));
    }

    private static Conditioning conditioning(TextEncoder.Encoding encoding) {
        return new Conditioning(Map.of(TEXT, encoding.output("last_hidden_state")));
    }

    private Tensor encode(Plan plan) {
        InputImage image =
                Lanczos.resize(Objects.requireNonNull(plan.arguments().image()), plan.width(), plan.height());
        return Objects.requireNonNull(networks.encoder())
                .encode(List.of(Autoencoder.toNetwork(image)))
                .get(0);
    }

    /** The latents that an image-to-image task starts from, before the noise. */
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
    public void close() {
        networks.close();
    }
}
