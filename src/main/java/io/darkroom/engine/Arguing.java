package io.darkroom.engine;

import io.darkroom.image.WebPWriter;
import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.model.UnknownModelException;
import io.darkroom.model.Variant;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Planner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From the request's words to the pipeline's arguments, and from the pipeline's problems to the request's. */
final class Arguing {
    private Arguing() {}

    /** The name of the model that a request wants. */
    static String model(RenderRequest request, Models models) {
        return request.model() == null ? models.defaultName() : request.model();
    }

    /**
     * What a request asks for, once for each combination of its sweep.
     *
     * @param plan as a pipeline's, or a planner's
     * @throws ArgumentsException with every problem of every combination, each once; fields as they stand in the sweep
     */
    static List<Plan> plans(Function<Arguments, Plan> plan, RenderRequest request, Inputs pictures) {
        RenderRequest.Sweep sweep = request.sweep();
        if (sweep == null || sweep.variants().isEmpty()) {
            return List.of(plan(plan, request, pictures));
        }
        List<Plan> plans = new ArrayList<>();
        Set<io.darkroom.pipeline.Problem> problems = new LinkedHashSet<>();
        boolean unsupported = true;
        for (RenderRequest.Variant variant : sweep.variants()) {
            try {
                plans.add(plan(plan, variant.request(), pictures));
            } catch (ArgumentsException e) {
                unsupported &= e.unsupported();
                e.problems().stream()
                        .map(p -> new io.darkroom.pipeline.Problem(variant.path(p.field()), p.message()))
                        .forEach(problems::add);
            }
        }
        if (!problems.isEmpty()) {
            throw new ArgumentsException(List.copyOf(problems), unsupported);
        }
        return plans;
    }

    /** The sizes of the pictures that a request asks for, which are known also where it cannot be planned. */
    static List<Arguments.Size> sizes(Planner planner, RenderRequest request, Inputs pictures) {
        RenderRequest.Sweep sweep = request.sweep();
        Stream<RenderRequest> all = sweep == null || sweep.variants().isEmpty()
                ? Stream.of(request)
                : sweep.variants().stream().map(RenderRequest.Variant::request);
        return all.map(each -> planner.size(of(each, pictures))).toList();
    }

    private static Plan plan(Function<Arguments, Plan> plan, RenderRequest request, Inputs pictures) {
        Plan made = plan.apply(of(request, pictures));
        int longest = Math.max(made.width(), made.height());
        if (request.output().format() == RenderRequest.Format.WEBP && longest > WebPWriter.LONGEST_SIDE) {
            String message = "\"webp\": has sides of up to " + WebPWriter.LONGEST_SIDE + " pixels, not " + longest
                    + "; png or jpeg is accepted";
            throw new ArgumentsException(List.of(new io.darkroom.pipeline.Problem("output.format", message)), false);
        }
        return made;
    }

    static Arguments of(RenderRequest request, Inputs pictures) {
        RenderRequest.Steps steps = request.steps();
        RenderRequest.Guidance guidance = request.guidance();
        RenderRequest.Inputs inputs = request.inputs();
        return Arguments.builder()
                .prompt(request.prompts().prompt())
                .negativePrompt(request.prompts().negativePrompt())
                .numInferenceSteps(steps.numInferenceSteps())
                .timesteps(
                        steps.timesteps() == null
                                ? null
                                : steps.timesteps().stream()
                                        .map(t -> (double) t)
                                        .toList())
                .sigmas(steps.sigmas())
                .scheduler(scheduler(steps.scheduler()))
                .eta(steps.eta())
                .guidanceScale(guidance.guidanceScale())
                .guidanceRescale(guidance.guidanceRescale())
                .guider(guider(guidance.guider()))
                .seed(request.seed())
                .generatorDevice(
                        request.generatorDevice() == null
                                ? null
                                : request.generatorDevice().name().toLowerCase(Locale.ROOT))
                .width(request.width())
                .height(request.height())
                .numImagesPerPrompt(request.numImagesPerPrompt())
                .image(pictures.image())
                .maskImage(pictures.mask())
                .strength(inputs.strength())
                .inversion(inversion(inputs.inversion()))
                .others(new Arguments.OtherPrompts(
                        request.prompts().prompt2(),
                        request.prompts().prompt3(),
                        request.prompts().negativePrompt2(),
                        request.prompts().negativePrompt3()))
                .micro(micro(request.conditioning()))
                .maxSequenceLength(request.conditioning().maxSequenceLength())
                .promptWeighting(request.conditioning().promptWeighting())
                .clipSkip(request.conditioning().clipSkip())
                .trueCfgScale(guidance.trueCfgScale())
                .originalInferenceSteps(steps.originalInferenceSteps())
                .classLabels(classLabels(request.classLabels()))
                .task(request.task())
                .vae(request.vae())
                .loras(request.fieldsGiven().contains("loras") ? loras(request) : null)
                .control(new Arguments.Control(
                        pictures.control(),
                        inputs.controlnet(),
                        inputs.controlnetConditioningScale(),
                        inputs.controlGuidanceStart(),
                        inputs.controlGuidanceEnd(),
                        null))
                .build();
    }

    private static List<Variant.Lora> loras(RenderRequest request) {
        return request.loras().stream()
                .map(lora -> new Variant.Lora(lora.name(), lora.scale()))
                .toList();
    }

    private static Arguments.MicroConditioning micro(RenderRequest.Conditioning given) {
        return new Arguments.MicroConditioning(
                size(given.originalSize()),
                size(given.cropsCoordsTopLeft()),
                size(given.targetSize()),
                size(given.negativeOriginalSize()),
                size(given.negativeCropsCoordsTopLeft()),
                size(given.negativeTargetSize()));
    }

    private static Arguments.@Nullable Size size(RenderRequest.@Nullable Size given) {
        return given == null ? null : new Arguments.Size(given.height(), given.width());
    }

    private static @Nullable List<Arguments.ClassLabel> classLabels(@Nullable List<RenderRequest.ClassLabel> given) {
        return given == null ? null : given.stream().map(Arguing::classLabel).toList();
    }

    private static Arguments.ClassLabel classLabel(RenderRequest.ClassLabel given) {
        return given instanceof RenderRequest.ClassLabel.Id id
                ? new Arguments.ClassLabel.Id(id.id())
                : new Arguments.ClassLabel.Name(((RenderRequest.ClassLabel.Name) given).name());
    }

    private static @Nullable Map<String, Object> scheduler(RenderRequest.@Nullable Scheduler given) {
        if (given == null) {
            return null;
        }
        Map<String, Object> keys = new LinkedHashMap<>(given.overrides());
        if (given.name() != null) {
            keys.put("_class_name", given.name());
        }
        return keys;
    }

    private static @Nullable Map<String, Object> guider(RenderRequest.@Nullable Guider given) {
        if (given == null) {
            return null;
        }
        Map<String, Object> keys = new LinkedHashMap<>(given.parameters());
        put(keys, "_class_name", given.className());
        put(keys, "start", given.start());
        put(keys, "stop", given.stop());
        return keys;
    }

    private static void put(Map<String, Object> keys, String name, @Nullable Object value) {
        if (value != null) {
            keys.put(name, value);
        }
    }

    private static Arguments.@Nullable Inversion inversion(RenderRequest.@Nullable Inversion given) {
        return given == null
                ? null
                : new Arguments.Inversion(
                        given.prompt() == null ? "" : given.prompt(), given.numInferenceSteps(), given.guidanceScale());
    }

    /** What is wrong with a request for a model that is not there. */
    static Problem unknown(UnknownModelException e) {
        return new Problem("model", String.valueOf(e.getMessage()), Failure.Code.UNKNOWN_MODEL);
    }

    static List<Problem> problems(ArgumentsException e) {
        Failure.Code code = e.unsupported() ? Failure.Code.UNSUPPORTED : Failure.Code.INVALID_REQUEST;
        return e.problems().stream()
                .map(p -> new Problem(p.field(), p.message(), code))
                .toList();
    }
}
