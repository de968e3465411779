package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Holds a model's own defaults against what its family accepts when the folder is read: a bad one is the model's fault, and
 * told once, not that of each request.
 */
final class DefaultsCheck {
    /** Parts of the folder, which may come and go while it is in use: looked at with each request. */
    private static final Set<String> PARTS = Set.of("vae", "loras");

    private final Family family;
    private final Controls controls;

    DefaultsCheck(Family family, Controls controls) {
        this.family = family;
        this.controls = controls;
    }

    /**
     * Looks at names, types, and values as in a request that gives nothing else.
     *
     * @param planner of the same family
     * @throws ModelUnavailableException naming the file, the field, the value and what is accepted
     */
    void check(Planner planner) {
        ModelFolder folder = family.folder();
        DefaultNames.check(folder, family);
        RequestDefaults.of(folder);
        Arguments all = FamilyPlanner.withDefaults(folder, everything());
        refuse(() -> planner.plan(plain()));
        refuse(() -> checkPictures(all));
    }

    /** Asks for nothing but one picture. */
    private Arguments plain() {
        return Arguments.builder()
                .prompt(family.fields().contains("prompt") ? "" : null)
                .seed(0L)
                .build();
    }

    /** Has all that some defaults go with, so that each is read; it need not be a request that anybody could make. */
    private Arguments everything() {
        InputImage dot = new InputImage(new byte[3], 1, 1);
        return Arguments.builder()
                .image(dot)
                .control(new Arguments.Control(dot, null, null, null, null, null))
                .build();
    }

    private void checkPictures(Arguments all) {
        Checks checks = new Checks();
        Soundness.checkStrength(all.strength(), checks);
        Soundness.checkInversion(
                new ModelDefaults(family.folder())
                        .under(Arguments.builder()
                                .inversion(new Arguments.Inversion("", null, null))
                                .build())
                        .inversion(),
                checks);
        if (isGiven("controlnet") || isGiven("control_guidance_start") || isGiven("control_guidance_end")) {
            controls.check(all.control(), Task.TEXT_TO_IMAGE, family.tasks(), checks);
        }
        checks.throwIfAny();
    }

    private boolean isGiven(String name) {
        return family.folder().defaults().get(name) != null;
    }

    /** What is wrong with a field that has a default. Others are missing because nothing else is asked for. */
    private void refuse(Runnable attempt) {
        try {
            attempt.run();
        } catch (ArgumentsException e) {
            List<String> own = e.problems().stream()
                    .filter(p -> ofDefault(p.field()))
                    .map(p -> p.field() + ": " + p.message())
                    .toList();
            if (!own.isEmpty()) {
                throw new ModelUnavailableException(file() + ": " + String.join("; ", own), e);
            }
        } catch (ModelUnavailableException e) {
            throw e;
        } catch (RuntimeException e) { // a value that no check foresees is the file's fault all the same
            throw new ModelUnavailableException(file() + " has a default that cannot be used: " + e, e);
        }
    }

    private String file() {
        return family.folder().root().resolve(ModelFolder.DEFAULTS).toString();
    }

    private boolean ofDefault(String field) {
        String root = Stream.of(field.split("[.\\[]", 2)).findFirst().orElse(field);
        return isGiven(root) && !PARTS.contains(root);
    }
}
