package io.darkroom.pipeline;

import io.darkroom.sampling.SchedulerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Arguments that fit a model, with every default filled in. Pure data: it may be made long before it is begun, and by
 * another process of the same model.
 *
 * @param task what is done
 * @param arguments with nothing that the task needs left null
 * @param scheduler the resolved scheduler config: {@code from_config} of the model's file and the request's overrides
 * @param width of the pictures, in pixels
 * @param height of the pictures, in pixels
 * @param steps evaluations that each picture takes, over all phases
 * @param parameters every field as resolved, by the contract's names, for {@code result.json}
 * @param warnings what the caller should know
 */
public record Plan(
        Task task,
        Arguments arguments,
        SchedulerConfig scheduler,
        int width,
        int height,
        int steps,
        Map<String, Object> parameters,
        List<Warning> warnings) {

    /** How many pictures it makes: so many for each class, where classes are asked for. */
    public int pictures() {
        int each = arguments.numImagesPerPrompt() == null ? 1 : arguments.numImagesPerPrompt();
        return each
                * (arguments.classLabels() == null ? 1 : arguments.classLabels().size());
    }

    /** The same with one warning more. */
    public Plan withWarning(Warning warning) {
        List<Warning> more = new ArrayList<>(warnings);
        more.add(warning);
        return new Plan(task, arguments, scheduler, width, height, steps, parameters, List.copyOf(more));
    }
}
