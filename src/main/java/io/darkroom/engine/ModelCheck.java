package io.darkroom.engine;

import io.darkroom.job.JobDefaults;
import io.darkroom.job.Limits;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.RequestCheck;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Checks requests against the models there are, from their folders alone. */
public final class ModelCheck implements RequestCheck {
    private static final Logger LOG = Logger.getLogger(ModelCheck.class);

    private final Models models;
    private final Ceilings ceilings;
    private final Limits limits;
    /** By model, as last read: for each request, and for while a folder is being exchanged. */
    private final Map<String, Read> known = new ConcurrentHashMap<>();

    /** What a {@code darkroom.json} says, and of jobs. */
    private record Read(Map<String, Object> file, JobDefaults defaults) {}

    public ModelCheck(Models models, Limits limits) {
        this.models = models;
        this.ceilings = new Ceilings(limits);
        this.limits = limits;
    }

    /**
     * Holds a model's defaults for its jobs against what requests accept; what is wrong with them is the model's fault.
     *
     * @throws ModelUnavailableException naming the file, the field, the value and what is accepted
     */
    public static void checkDefaults(ModelFolder folder, Limits limits) {
        List<Problem> problems = JobDefaults.of(folder.defaults()).problems(limits);
        if (!problems.isEmpty()) {
            throw new ModelUnavailableException(folder.root().resolve(ModelFolder.DEFAULTS) + ": "
                    + problems.stream().map(p -> p.field() + ": " + p.message()).collect(Collectors.joining("; ")));
        }
    }

    /** Where what the folder says cannot be used now, what it said last: its jobs wait for it. */
    @Override
    public JobDefaults defaults(@Nullable String model) {
        String name = model;
        try {
            name = model == null ? models.defaultName() : model;
            Map<String, Object> file = models.defaults(name);
            Read read = known.get(name);
            if (read == null || !read.file.equals(file)) {
                JobDefaults own = JobDefaults.of(file);
                if (own.problems(limits).isEmpty()) {
                    known.put(name, new Read(file, own));
                }
            }
        } catch (RuntimeException e) { // of a model that is not there too: the check of the request itself tells it
            LOG.debugf("model %s: its own defaults cannot be read: %s", name, e.getMessage());
        }
        Read last = name == null ? null : known.get(name);
        return last == null ? JobDefaults.NONE : last.defaults;
    }

    @Override
    public List<Problem> problems(RenderRequest request) {
        List<Problem> problems = new ArrayList<>();
        try {
            String model = Arguing.model(request, models);
            problems.addAll(problems(request, model, models.planner(model)));
        } catch (UnknownModelException e) {
            problems.add(Arguing.unknown(e));
        } catch (ModelUnavailableException e) {
            // The model's fault, not the request's: the job waits until the folder is mended.
            return problems;
        } catch (ArgumentsException e) {
            problems.addAll(told(request, e));
        } catch (RuntimeException e) {
            // A bug of ours must not hold up the topic: the job fails by itself, as internal, when its turn comes.
            LOG.errorf(
                    e, "%s: checking it against its model failed", request.key().name());
        }
        return problems;
    }

    private List<Problem> problems(RenderRequest request, String model, Planner plain) {
        Inputs pictures = standIn(request, plain);
        try {
            Planner planner = models.planner(model, Arguing.of(request, pictures));
            RenderRequest completed =
                    Completion.of(request, planner.description().folder());
            return ceilings.problems(Arguing.plans(planner::plan, completed, pictures), completed.sweep() != null);
        } catch (ArgumentsException e) {
            List<Problem> problems = new ArrayList<>(told(request, e));
            problems.addAll(ceilings.ofSizes(Arguing.sizes(plain, request, pictures)));
            return problems;
        }
    }

    private static List<Problem> told(RenderRequest request, ArgumentsException e) {
        return Arguing.problems(e).stream()
                .filter(p -> !unread(request, p.field()))
                .toList();
    }

    /** A swept field of which no value could be read looks as if it were not given: that is no second problem. */
    private static boolean unread(RenderRequest request, String field) {
        RenderRequest.Sweep sweep = request.sweep();
        return sweep != null && sweep.variants().isEmpty() && sweep.values().containsKey(field);
    }

    /** The pictures themselves are not fetched yet: ones of the model's own size stand for them. */
    private static Inputs standIn(RenderRequest request, Planner planner) {
        RenderRequest.Inputs given = request.inputs();
        if (given.image() == null && given.maskImage() == null && given.controlImage() == null) {
            return Inputs.NONE;
        }
        int width = planner.description().defaultWidth();
        int height = planner.description().defaultHeight();
        InputImage blank = new InputImage(new byte[3 * width * height], width, height);
        return new Inputs(
                given.image() == null ? null : blank,
                given.maskImage() == null ? null : blank,
                given.controlImage() == null ? null : blank);
    }
}
