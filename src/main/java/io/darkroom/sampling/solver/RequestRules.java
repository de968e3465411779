package io.darkroom.sampling.solver;

import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerClass;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.SchedulerException.Kind;
import io.darkroom.sampling.SchedulerException.Problem;
import io.darkroom.sampling.Shown;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a request may ask of a class's set_timesteps. */
final class RequestRules {
    private static final Set<SchedulerClass> TAKE_TIMESTEPS = EnumSet.of(
            SchedulerClass.DDPM,
            SchedulerClass.EULER,
            SchedulerClass.HEUN,
            SchedulerClass.DPM_MULTISTEP,
            SchedulerClass.DPM_SINGLESTEP,
            SchedulerClass.LCM,
            SchedulerClass.TCD,
            SchedulerClass.FLOW_EULER);
    private static final Set<SchedulerClass> TAKE_SIGMAS = EnumSet.of(SchedulerClass.EULER, SchedulerClass.FLOW_EULER);
    private static final Set<SchedulerClass> WITHOUT_TRAINING_TIMESTEPS = EnumSet.of(
            SchedulerClass.FLOW_EULER,
            SchedulerClass.FLOW_HEUN,
            SchedulerClass.EDM_EULER,
            SchedulerClass.EDM_DPM_MULTISTEP,
            SchedulerClass.IPNDM);

    private final SchedulerConfig config;
    private final ScheduleRequest request;
    private final List<Problem> problems = new ArrayList<>();

    private RequestRules(SchedulerConfig config, ScheduleRequest request) {
        this.config = config;
        this.request = request;
    }

    /** @throws SchedulerException with every problem */
    static void check(SchedulerConfig config, ScheduleRequest request) {
        RequestRules rules = new RequestRules(config, request);
        rules.schedule();
        rules.steps();
        rules.betas();
        rules.shift();
        rules.options();
        if (!rules.problems.isEmpty()) {
            throw new SchedulerException(rules.problems);
        }
    }

    private void invalid(String field, String message) {
        problems.add(new Problem(Kind.INVALID, field, message));
    }

    private void schedule() {
        if (request.timesteps() != null && request.sigmas() != null) {
            invalid("timesteps", "only one of timesteps and sigmas can be given");
        }
        if (request.timesteps() != null) {
            explicit("timesteps", request.timesteps(), TAKE_TIMESTEPS);
        }
        if (request.sigmas() != null) {
            explicit("sigmas", request.sigmas(), TAKE_SIGMAS);
        }
    }

    private void explicit(String field, List<Double> values, Set<SchedulerClass> takers) {
        if (!takers.contains(config.type())) {
            String type = config.type().className();
            invalid(
                    field,
                    Shown.of(values) + ": " + type + " takes no explicit " + field + ", but num_inference_steps");
            return;
        }
        int least = field.equals("sigmas") && config.type() == SchedulerClass.EULER ? 2 : 1;
        if (values.size() < least) {
            invalid(field, Shown.of(values) + " holds no step; at least " + least + " values are accepted");
            return;
        }
        boolean timesteps = field.equals("timesteps");
        if (timesteps && config.type() != SchedulerClass.FLOW_EULER) {
            for (String key : List.of(
                    "use_karras_sigmas",
                    "use_exponential_sigmas",
                    "use_beta_sigmas",
                    "use_lu_lambdas",
                    "use_flow_sigmas")) {
                if (config.flag(key)) {
                    invalid(field, Shown.of(values) + " cannot be given with " + key + "; num_inference_steps can");
                }
            }
            int train = config.integer("num_train_timesteps");
            for (double t : values) {
                if (!(t >= 0 && t < train)) {
                    invalid(field, t + " is not between 0 and " + (train - 1));
                }
            }
        }
        for (int i = 0; i < values.size(); i++) {
            if (!Double.isFinite(values.get(i)) || values.get(i) < 0) {
                invalid(field, values.get(i) + " is not a number of 0 or more");
            } else if (i > 0 && values.get(i) >= values.get(i - 1)) {
                invalid(field, values.get(i) + " does not fall below " + values.get(i - 1));
            }
        }
    }

    private void steps() {
        int most = WITHOUT_TRAINING_TIMESTEPS.contains(config.type())
                ? Integer.MAX_VALUE
                : config.integer("num_train_timesteps");
        int steps = request.steps();
        boolean counted = request.timesteps() == null && request.sigmas() == null;
        if (counted && (steps < 1 || steps > most)) {
            invalid("num_inference_steps", steps + " is not between 1 and " + most);
        }
        boolean rungeKutta = config.type() == SchedulerClass.PNDM && !config.flag("skip_prk_steps");
        if (rungeKutta && steps < 4) {
            invalid("num_inference_steps", steps + " is below 4, which PNDM needs unless skip_prk_steps is true");
        }
    }

    /**
     * IPNDM's trained betas are the noise scales of its own steps, with one more at their end: diffusers runs as many steps
     * as these are, whatever num_inference_steps says.
     */
    private void betas() {
        if (config.type() == SchedulerClass.IPNDM
                && config.values().get("trained_betas") instanceof List<?> betas
                && betas.size() != request.steps() + 1L) {
            invalid(
                    "scheduler.trained_betas",
                    betas.size() + " values for num_inference_steps = " + request.steps() + "; "
                            + config.type().className() + " takes one more than steps, " + (request.steps() + 1L));
        }
    }

    private void shift() {
        boolean dynamic = config.flag("use_dynamic_shifting");
        if (config.type() == SchedulerClass.FLOW_EULER) {
            if (dynamic && request.mu() == null) {
                invalid("mu", "is needed with use_dynamic_shifting");
            }
        } else if (request.mu() != null && config.has("use_dynamic_shifting") && !dynamic) {
            invalid("mu", "cannot be given without use_dynamic_shifting");
        }
    }

    private void options() {
        Double eta = request.options().eta();
        if (eta != null && !(eta >= 0 && eta <= 1)) {
            invalid("eta", eta + " is not between 0 and 1");
        }
        if (request.options().lmsOrder() < 1) {
            invalid("order", request.options().lmsOrder() + " is below 1");
        }
        if (!(request.strength() > 0 && request.strength() <= 1)) {
            invalid("strength", request.strength() + " is not above 0 and at most 1");
        }
        Integer original = request.originalInferenceSteps();
        if (original != null && (original < 1 || original > 1000)) {
            invalid("original_inference_steps", original + " is not between 1 and 1000");
        }
    }
}
