package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.RequestCheck;
import io.darkroom.model.ModelCatalog;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Checks requests against the models there are, from their folders alone. */
public final class ModelCheck implements RequestCheck {
    private final ModelCatalog<?> models;
    private final Function<ModelFolder, Planner> planners;

    public ModelCheck(ModelCatalog<?> models, Function<ModelFolder, Planner> planners) {
        this.models = models;
        this.planners = planners;
    }

    @Override
    public List<Problem> problems(RenderRequest request) {
        List<Problem> problems = new ArrayList<>(Arguing.unsupported(request));
        try {
            Planner planner = planners.apply(models.folder(Arguing.model(request, models)));
            planner.plan(Arguing.of(request, standIn(request, planner)));
        } catch (UnknownModelException e) {
            problems.add(new Problem("model", String.valueOf(e.getMessage()), Failure.Code.UNKNOWN_MODEL));
        } catch (ModelUnavailableException e) {
            // The model's fault, not the request's: the job waits until the folder is mended.
            return problems;
        } catch (ArgumentsException e) {
            problems.addAll(Arguing.problems(e));
        }
        return problems;
    }

    /** The picture itself is not fetched yet: one of the model's own size stands for it. */
    private static @org.jspecify.annotations.Nullable InputImage standIn(RenderRequest request, Planner planner) {
        if (request.inputs().image() == null) {
            return null;
        }
        int width = planner.defaultWidth();
        int height = planner.defaultHeight();
        return new InputImage(new byte[3 * width * height], width, height);
    }
}
