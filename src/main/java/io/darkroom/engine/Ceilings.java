package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Limits;
import io.darkroom.job.Problem;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds what a request comes to, with every default filled in, against the limits: a request may leave its size to the
 * model or to the picture that it starts from, and its steps to the model.
 */
final class Ceilings {
    /** An inversion goes up once and down twice; a step of the others takes at most two evaluations. */
    private static final int EVALUATIONS_A_STEP = 3;
    /** What PNDM's Runge-Kutta steps take beyond one each. */
    private static final int EVALUATIONS_TO_BEGIN = 9;

    private final Limits limits;

    Ceilings(Limits limits) {
        this.limits = limits;
    }

    /**
     * What is too large; none where all is well.
     *
     * @param sweep whether the request sweeps, be it over one value
     */
    List<Problem> problems(List<Plan> plans, boolean sweep) {
        List<Problem> problems = new ArrayList<>(ofSizes(plans.stream()
                .map(plan -> new Arguments.Size(plan.height(), plan.width()))
                .toList()));
        long pictures = plans.stream().mapToLong(Plan::pictures).sum();
        int most = sweep ? limits.sweep() : limits.pictures();
        if (pictures > most) {
            problems.add(tooLarge(
                    countedBy(plans.get(0), sweep),
                    pictures + " pictures in all",
                    most + " pictures",
                    sweep ? "sweep" : "pictures"));
        }
        long evaluations = (long) EVALUATIONS_A_STEP * limits.steps() + EVALUATIONS_TO_BEGIN;
        plans.stream()
                .filter(plan -> plan.steps() > evaluations)
                .findFirst()
                .ifPresent(plan -> problems.add(tooLarge(
                        "num_inference_steps",
                        plan.steps() + " evaluations of the model",
                        evaluations + " evaluations, those of " + limits.steps() + " steps",
                        "steps")));
        double work = plans.stream().mapToDouble(Ceilings::work).sum();
        if (work > limits.pixelSteps()) {
            problems.add(tooLarge(
                    "num_inference_steps",
                    "%s x %d evaluations x %d pictures%s = %.0f"
                            .formatted(
                                    plans.get(0).width() + " x " + plans.get(0).height() + " pixels",
                                    plans.get(0).steps(),
                                    plans.get(0).pictures(),
                                    plans.size() == 1 ? "" : ", and " + (plans.size() - 1) + " more of a sweep,",
                                    work),
                    String.valueOf(limits.pixelSteps()),
                    "pixel-steps"));
        }
        return problems;
    }

    /** As {@link #problems}, where no more than the sizes of the pictures is known. */
    List<Problem> ofSizes(List<Arguments.Size> sizes) {
        return sizes.stream()
                .filter(size -> (long) size.width() * size.height() > limits.pixels())
                .findFirst()
                .map(size -> tooLarge(
                        "width",
                        size.width() + " x " + size.height() + " pixels",
                        limits.pixels() + " pixels",
                        "pixels"))
                .stream()
                .toList();
    }

    /** The field that makes them so many, as the parser names it. */
    private static String countedBy(Plan plan, boolean sweep) {
        Integer each = plan.arguments().numImagesPerPrompt();
        boolean several = each != null && each > 1;
        boolean labels = plan.arguments().classLabels() != null;
        return several && (sweep || !labels) ? "num_images_per_prompt" : "class_labels";
    }

    private static Problem tooLarge(String field, String got, String most, String limit) {
        String message = "expected at most " + most + " (darkroom.limits." + limit + "), got " + got;
        return new Problem(field, message, Failure.Code.TOO_LARGE);
    }

    private static long pixels(Plan plan) {
        return (long) plan.width() * plan.height();
    }

    private static double work(Plan plan) {
        return (double) pixels(plan) * plan.steps() * plan.pictures();
    }
}
