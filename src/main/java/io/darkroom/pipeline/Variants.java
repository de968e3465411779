package io.darkroom.pipeline;

import io.darkroom.model.LoraException;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.VaeException;
import io.darkroom.model.Variant;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;

/** Which variant of a model a request wants, and what can be wrong with that. */
final class Variants {
    private Variants() {}

    /**
     * The variant of a request, with the model's own defaults. What is wrong is left out: {@link #check} says so.
     *
     * @throws io.darkroom.model.ModelUnavailableException where the model's defaults are no such values
     */
    static Variant of(ModelFolder folder, Arguments a) {
        Arguments given = FamilyPlanner.withDefaults(folder, a);
        String vae = given.vae();
        return Variant.PLAIN
                .withVae(vae == null || vaeProblem(folder, vae).isPresent() ? null : vae)
                .withLoras(loras(given).stream()
                        .filter(lora -> loraProblem(folder, lora).isEmpty())
                        .toList());
    }

    private static List<Variant.Lora> loras(Arguments a) {
        return a.loras() == null || a.task() != null ? List.of() : a.loras();
    }

    /** Notes what is wrong with the parts that a request exchanges or adds, the model's own defaults included. */
    static void check(ModelFolder folder, Arguments a, Checks checks) {
        if (a.vae() != null) {
            vaeProblem(folder, a.vae()).ifPresent(problem -> checks.invalid("vae", problem));
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < loras(a).size(); i++) {
            Variant.Lora lora = loras(a).get(i);
            String field = "loras[" + i + "].";
            if (!names.add(lora.name())) {
                checks.invalid(field + "name", "\"" + lora.name() + "\": is there twice; once is accepted");
            }
            checks.finite(field + "scale", lora.scale());
            loraProblem(folder, lora).ifPresent(problem -> note(checks, field + "name", problem));
        }
    }

    private static void note(Checks checks, String field, LoraException problem) {
        String message = String.valueOf(problem.getMessage());
        if (problem.isUnsupported()) {
            checks.unsupported(field, message);
        } else {
            checks.invalid(field, message);
        }
    }

    /** The same for what shows only when the model is loaded. */
    static ArgumentsException refused(ModelFolder folder, Arguments a, LoraException problem) {
        List<Variant.Lora> loras = loras(FamilyPlanner.withDefaults(folder, a));
        int index = loras.stream().map(Variant.Lora::name).toList().indexOf(problem.lora());
        return new ArgumentsException(
                List.of(new Problem("loras[" + index + "].name", String.valueOf(problem.getMessage()))),
                problem.isUnsupported());
    }

    /** As {@link #refused(ModelFolder, Arguments, LoraException)}, of a VAE. */
    static RuntimeException refused(ModelFolder folder, Variant variant, VaeException problem) {
        String message = String.valueOf(problem.getMessage());
        return variant.vae() != null && isDefault(folder, variant.vae())
                ? new ModelUnavailableException(message, problem)
                : new ArgumentsException(List.of(new Problem("vae", message)), false);
    }

    /** What the model's own defaults name is the model's fault, not the request's. */
    private static boolean isDefault(ModelFolder folder, String vae) {
        return vae.equals(folder.defaults().get("vae"));
    }

    private static Optional<LoraException> loraProblem(ModelFolder folder, Variant.Lora lora) {
        try {
            folder.loras().read(lora.name());
            return Optional.empty();
        } catch (LoraException e) {
            return Optional.of(e);
        }
    }

    private static Optional<String> vaeProblem(ModelFolder folder, String vae) {
        NavigableSet<String> names = folder.vaes();
        if (!names.contains(vae)) {
            return Optional.of("\"" + vae + "\": there is no such VAE in \"" + folder.name() + "\"; "
                    + (names.isEmpty() ? "there are none besides its own" : "there are " + String.join(", ", names)));
        }
        Autoencoder own = Autoencoder.of(folder.plain());
        Autoencoder other;
        try {
            other = Autoencoder.of(folder.as(Variant.PLAIN.withVae(vae)));
        } catch (ModelUnavailableException e) {
            if (isDefault(folder, vae)) {
                throw e;
            }
            return Optional.of(String.valueOf(new VaeException(vae, e).getMessage()));
        }
        return own.channels() == other.channels() && own.factor() == other.factor()
                ? Optional.empty()
                : Optional.of("\"" + vae + "\": its latents have " + other.channels() + " channels for "
                        + other.factor() + " pixels, those of \"" + folder.name() + "\" " + own.channels() + " for "
                        + own.factor() + "; a VAE of the same latents is accepted");
    }
}
