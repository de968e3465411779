package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.Variant;
import java.util.NavigableSet;
import java.util.Optional;

/** Which variant of a model a request wants, and what can be wrong with that. */
final class Variants {
    private Variants() {}

    /**
     * The variant of a request, with the model's own defaults. What is wrong is left out: {@link #check} says so.
     *
     * @throws io.darkroom.model.ModelUnavailableException where the model's defaults are no such values
     */
    static Variant of(ModelFolder folder, Arguments a) {
        Arguments given = new ModelDefaults(folder).vaeUnder(a);
        String vae = given.vae();
        return Variant.PLAIN.withVae(vae == null || vaeProblem(folder, vae).isPresent() ? null : vae);
    }

    /** Notes what is wrong with the parts that a request exchanges, the model's own defaults included. */
    static void check(ModelFolder folder, Arguments a, Checks checks) {
        if (a.vae() != null) {
            vaeProblem(folder, a.vae()).ifPresent(problem -> checks.invalid("vae", problem));
        }
    }

    private static Optional<String> vaeProblem(ModelFolder folder, String vae) {
        NavigableSet<String> names = folder.vaes();
        if (!names.contains(vae)) {
            return Optional.of("\"" + vae + "\": there is no such VAE in \"" + folder.name() + "\"; "
                    + (names.isEmpty() ? "there are none besides its own" : "there are " + String.join(", ", names)));
        }
        Autoencoder own = Autoencoder.of(folder.plain());
        Autoencoder other = Autoencoder.of(folder.as(Variant.PLAIN.withVae(vae)));
        return own.channels() == other.channels() && own.factor() == other.factor()
                ? Optional.empty()
                : Optional.of("\"" + vae + "\": its latents have " + other.channels() + " channels for "
                        + other.factor() + " pixels, those of \"" + folder.name() + "\" " + own.channels() + " for "
                        + own.factor() + "; a VAE of the same latents is accepted");
    }
}
