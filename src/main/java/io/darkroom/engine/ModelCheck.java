package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.RequestCheck;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Planner;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Checks requests against the models there are, from their folders alone. */
public final class ModelCheck implements RequestCheck {
    private static final Logger LOG = Logger.getLogger(ModelCheck.class);

    private final Models models;

    public ModelCheck(Models models) {
        this.models = models;
    }

    @Override
    public List<Problem> problems(RenderRequest request) {
        List<Problem> problems = new ArrayList<>(Arguing.unsupported(request));
        try {
            Planner planner = models.planner(Arguing.model(request, models));
            planner.plan(Arguing.of(request, standIn(request, planner)));
        } catch (UnknownModelException e) {
            problems.add(new Problem("model", String.valueOf(e.getMessage()), Failure.Code.UNKNOWN_MODEL));
        } catch (ModelUnavailableException e) {
            // The model's fault, not the request's: the job waits until the folder is mended.
            return problems;
        } catch (ArgumentsException e) {
            problems.addAll(Arguing.problems(e));
        } catch (RuntimeException e) {
            // A bug of ours must not hold up the topic: the job fails by itself, as internal, when its turn comes.
            LOG.errorf(
                    e, "%s: checking it against its model failed", request.key().name());
        }
        return problems;
    }

    /** The picture itself is not fetched yet: one of the model's own size stands for it. */
    private static @Nullable InputImage standIn(RenderRequest request, Planner planner) {
        if (request.inputs().image() == null) {
            return null;
        }
        int width = planner.description().defaultWidth();
        int height = planner.description().defaultHeight();
        return new InputImage(new byte[3 * width * height], width, height);
    }
}
