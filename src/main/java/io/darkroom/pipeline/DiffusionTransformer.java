package io.darkroom.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Config;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.pipeline.Arguments.ClassLabel;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * DiT (Peebles and Xie 2023, Scalable Diffusion Models with Transformers): a transformer that is told the class through
 * adaptive layer norms and predicts the noise and its variance, of which the samplers want the noise. Equal to diffusers'
 * {@code DiTPipeline}: one picture for each class, of one size.
 */
final class DiffusionTransformer implements Family {
    static final Set<String> CLASSES = Set.of("DiTPipeline");

    private static final String LABELS = "class_labels";

    private final ModelFolder folder;
    private final Autoencoder autoencoder;
    private final Frame frame;
    /** The class that stands for none: one more than there are. */
    private final int none;

    private final Map<String, Integer> ids = new HashMap<>();

    DiffusionTransformer(ModelFolder folder) {
        this.folder = folder;
        this.autoencoder = Autoencoder.of(folder);
        folder.graph("transformer");
        Config config = folder.config("transformer");
        this.none = config.integer("num_embeds_ada_norm", 1000);
        int size = config.integer("sample_size") * autoencoder.factor();
        this.frame = new Frame(size, size, size, true, false);
        // A class may have several names, "tench, Tinca tinca"; of two classes with one name the later counts.
        for (Map.Entry<String, JsonNode> entry :
                folder.index().json().path("id2label").properties()) {
            String names = entry.getValue().asText();
            for (String name : names.split(",", -1)) {
                ids.put(name.strip(), Integer.valueOf(entry.getKey()));
            }
            ids.putIfAbsent(names, Integer.valueOf(entry.getKey()));
        }
    }

    @Override
    public String name() {
        return "dit";
    }

    @Override
    public ModelFolder folder() {
        return folder;
    }

    @Override
    public Autoencoder autoencoder() {
        return autoencoder;
    }

    @Override
    public Frame frame() {
        return frame;
    }

    @Override
    public Set<Task> tasks() {
        return Set.of(Task.CLASS_TO_IMAGE, Task.RECONSTRUCTION);
    }

    @Override
    public Set<String> fields() {
        return Set.of(LABELS, "guider");
    }

    @Override
    public Defaults defaults(Task task) {
        return new Defaults(50, 4.0, 1);
    }

    @Override
    public void check(Arguments a, Checks checks) {
        if (a.classLabels() == null || a.classLabels().isEmpty()) {
            checks.invalid(LABELS, "is missing; a class's number from 0 to " + (none - 1) + " or its name is accepted");
            return;
        }
        for (ClassLabel label : a.classLabels()) {
            if (id(label) == null) {
                checks.invalid(LABELS, shown(label) + ": a class's number from 0 to " + (none - 1) + name(ids));
            }
        }
    }

    private static String name(Map<String, Integer> ids) {
        return ids.isEmpty()
                ? " is accepted, as this model has no names for them"
                : " or its name is accepted, such as \""
                        + ids.keySet().stream().sorted().findFirst().orElseThrow() + "\"";
    }

    private static String shown(ClassLabel label) {
        return label instanceof ClassLabel.Id id
                ? String.valueOf(id.id())
                : "\"" + ((ClassLabel.Name) label).name() + "\"";
    }

    /** The number of a class; null where there is none such. */
    private @Nullable Integer id(ClassLabel label) {
        if (label instanceof ClassLabel.Id id) {
            return id.id() >= 0 && id.id() < none ? Integer.valueOf(id.id()) : null;
        }
        return ids.get(((ClassLabel.Name) label).name().strip());
    }

    @Override
    public List<Text> texts(Arguments a) {
        return List.of();
    }

    @Override
    public Texts tokenizers() {
        return new Texts(folder, List.of());
    }

    @Override
    public int pictures(Arguments a) {
        return a.classLabels() == null ? 1 : Math.max(1, a.classLabels().size());
    }

    /** diffusers' {@code DiTPipeline} hands the noise on as it was drawn. */
    @Override
    public boolean scalesNoise() {
        return false;
    }

    @Override
    public List<Warning> warnings(Arguments a, Sampler sampler) {
        return sampler.initNoiseSigma() == 1
                ? List.of()
                : List.of(new Warning(
                        "scheduler",
                        "wants noise of level " + sampler.initNoiseSigma()
                                + ", but as in diffusers' DiTPipeline it is given noise of level 1"));
    }

    @Override
    public String denoiser() {
        return "transformer";
    }

    @Override
    public Set<String> conditions() {
        return Set.of(LABELS);
    }

    /** Of the prediction's channels the first half is the noise, the second its variance. */
    @Override
    public Wiring wiring() {
        return new Wiring() {
            @Override
            public Tensor prediction(Tensor output, Tensor sample) {
                return output.sameShape(sample)
                        ? output
                        : Tensor.of(Arrays.copyOf(output.data(), sample.size()), sample.shape());
            }
        };
    }

    @Override
    public Conditioner conditioner(Networks networks) {
        return new Conditioner() {
            @Override
            public Map<Branch, Conditioning> conditioning(Arguments a, int picture) {
                ClassLabel label = Objects.requireNonNull(a.classLabels()).get(picture);
                return Map.of(
                        Branch.CONDITIONAL, conditioned(Objects.requireNonNull(id(label))),
                        Branch.UNCONDITIONAL, conditioned(none));
            }

            @Override
            public ElementType noiseType() {
                return networks.denoiser().elementType();
            }
        };
    }

    private static Conditioning conditioned(int id) {
        return new Conditioning(Map.of(LABELS, Tensor.of(new float[] {id})));
    }
}
