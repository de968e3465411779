package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The ControlNets that a model's folder has: what a request may ask of them, and what it gets. One that lies inside the
 * UNet's graph counts as {@code controlnet}. Thread safe.
 */
final class Controls {
    private static final String ONLY = "controlnet";
    private static final String FUSED_INPUT = "controlnet_conds";

    private final Family family;
    private final NavigableMap<String, String> beside;
    private @Nullable Boolean fused;

    private Controls(Family family, NavigableMap<String, String> beside) {
        this.family = family;
        this.beside = beside;
    }

    static Controls of(Family family) {
        return new Controls(family, family.folder().controlNets());
    }

    /** Whether the one there is lies inside the UNet's graph. Looked up when it is first asked for: the file may be large. */
    private synchronized boolean isFused() {
        if (fused == null) {
            fused = beside.isEmpty() && folder().inputs(family.denoiser()).contains(FUSED_INPUT);
        }
        return fused;
    }

    private ModelFolder folder() {
        return family.folder();
    }

    private NavigableSet<String> names() {
        return isFused() ? new TreeSet<>(Set.of(ONLY)) : beside.navigableKeySet();
    }

    /** Notes what is wrong with what is asked. */
    void check(Arguments.Control a, Task task, Set<Task> tasks, Checks checks) {
        if (!family.fields().contains("control_image")) {
            return;
        }
        if (a.image() == null) {
            checkAlone("controlnet", a.network(), checks);
            checkAlone("controlnet_conditioning_scale", a.scale(), checks);
            checkAlone("control_guidance_start", a.start(), checks);
            checkAlone("control_guidance_end", a.end(), checks);
            return;
        }
        if (names().isEmpty()) {
            checks.unsupported(
                    "control_image",
                    "\"" + folder().name() + "\" is a " + folder().pipelineClass()
                            + " without a ControlNet that can do "
                            + new TreeSet<>(tasks.stream().map(Task::label).toList()));
            return;
        }
        if (task == Task.INVERSION) {
            checks.unsupported("control_image", "goes not with inversion; only one of them is accepted");
        }
        checkName(a, checks);
        checks.finite("controlnet_conditioning_scale", a.scale());
        checks.range("control_guidance_start", a.start(), 0, 1);
        checks.range("control_guidance_end", a.end(), 0, 1);
        double start = or(a.start(), 0.0);
        double end = or(a.end(), 1.0);
        if (start >= end) {
            checks.invalid(
                    a.end() == null ? "control_guidance_start" : "control_guidance_end",
                    "from " + start + " to " + end + ": the end has to come after the start");
        }
    }

    private static void checkAlone(String field, @Nullable Object value, Checks checks) {
        if (value != null) {
            checks.invalid(field, value + ": goes with a control_image, which is missing");
        }
    }

    private void checkName(Arguments.Control a, Checks checks) {
        if (a.network() != null && !names().contains(a.network())) {
            checks.invalid("controlnet", "\"" + a.network() + "\": \"" + folder().name() + "\" has " + names());
        } else if (a.network() == null && names().size() > 1 && !names().contains(ONLY)) {
            checks.invalid("controlnet", "is missing; \"" + folder().name() + "\" has " + names());
        }
        if (Boolean.TRUE.equals(a.guessMode()) && isFused()) {
            checks.unsupported("controlnet", "inside the UNet's graph it has one scale for all residuals");
        }
    }

    /** What was given, with every default filled in. */
    Arguments.Control resolved(Arguments.Control a, Task task) {
        String only = names().contains(ONLY) ? ONLY : names().isEmpty() ? null : names().first();
        return new Arguments.Control(
                a.image(),
                a.network() == null ? only : a.network(),
                or(a.scale(), family.controlScale(task)),
                or(a.start(), 0.0),
                or(a.end(), 1.0),
                a.guessMode());
    }

    private static double or(@Nullable Double given, double otherwise) {
        return given == null ? otherwise : given;
    }

    /** What the ControlNet of a plan does; null where it has none. */
    @Nullable
    Steering steering(Plan plan) {
        Arguments.Control a = plan.arguments().control();
        if (a.image() == null) {
            return null;
        }
        String name = Objects.requireNonNull(a.network());
        // A ControlNet that averages its residuals was trained to be used so (diffusers' pipelines).
        boolean averages = beside.containsKey(name)
                && folder().config(Objects.requireNonNull(beside.get(name)))
                        .json()
                        .path("global_pool_conditions")
                        .asBoolean();
        return new Steering(
                name,
                Steering.picture(a.image(), plan.width(), plan.height()),
                or(a.scale(), 1),
                or(a.start(), 0),
                or(a.end(), 1),
                averages || Boolean.TRUE.equals(a.guessMode()),
                !averages);
    }
}
