package io.darkroom.onnx;

import io.darkroom.model.LoraException;
import io.darkroom.model.LoraFile;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Variant;
import io.darkroom.onnx.ModuleWeights.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a variant's LoRAs change in the graphs of its model. As in diffusers a LoRA may name modules that the model does not
 * have: those are left out, and said; one that changes nothing at all is refused.
 *
 * @param changes by component
 * @param leftOut by LoRA, what found no place
 */
record LoraMatch(Map<String, List<Change>> changes, Map<String, String> leftOut) {
    private static final int SHOWN = 3;

    /**
     * One module's weight, changed by one LoRA.
     *
     * @param scale the request's
     */
    record Change(Place place, LoraFile file, LoraFile.Module module, double scale) {}

    /**
     * Matches all LoRAs of a variant.
     *
     * @param weights the modules of a component's graph; null where the model has no such component
     * @throws LoraException where one changes nothing, or the shape of a factor does not fit
     */
    static LoraMatch of(ModelFolder folder, Function<String, @Nullable Map<String, Place>> weights) {
        Map<String, List<Change>> changes = new HashMap<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        for (Variant.Lora lora : folder.variant().loras()) {
            LoraFile file = folder.loras().read(lora.name());
            List<String> missing = new ArrayList<>(file.unknown());
            int found = 0;
            boolean both = file.modules().stream().anyMatch(m -> isOfUNet(m) && !SgmNames.isOne(m.module()))
                    && file.modules().stream().anyMatch(m -> isOfUNet(m) && SgmNames.isOne(m.module()));
            for (LoraFile.Module module : file.modules()) {
                Map<String, Place> places = weights.apply(module.component());
                // A file with both kinds of names: diffusers takes its own.
                boolean skipped = both && isOfUNet(module) && SgmNames.isOne(module.module());
                Place place = places == null || skipped ? null : place(folder, module, places);
                if (place == null) {
                    missing.add(module.downKey());
                } else {
                    checkShape(lora, module, place);
                    found++;
                    changes.computeIfAbsent(module.component(), c -> new ArrayList<>())
                            .add(new Change(place, file, module, lora.scale()));
                }
            }
            if (found == 0) {
                throw LoraException.unfitting(
                        lora.name(),
                        "changes nothing in \"" + folder.name() + "\", a " + folder.pipelineClass()
                                + " which has none of its " + missing.size() + " modules, such as " + missing.get(0)
                                + "; a LoRA of this kind of model is accepted");
            }
            if (!missing.isEmpty()) {
                leftOut.put(
                        lora.name(),
                        missing.size() + " of its tensors found no place in the model, such as "
                                + missing.subList(0, Math.min(SHOWN, missing.size())));
            }
        }
        return new LoraMatch(changes, leftOut);
    }

    private static boolean isOfUNet(LoraFile.Module module) {
        return module.component().equals("unet");
    }

    private static @Nullable Place place(ModelFolder folder, LoraFile.Module module, Map<String, Place> places) {
        return names(folder, module)
                .filter(places::containsKey)
                .findFirst()
                .map(places::get)
                .orElse(null);
    }

    private static Stream<String> names(ModelFolder folder, LoraFile.Module module) {
        String name = module.module();
        if (isOfUNet(module)) {
            int layers = SgmNames.isOne(name) ? folder.config("unet").integer("layers_per_block", 2) : 0;
            return Stream.concat(Stream.of(name), SgmNames.diffusers(name, layers).stream());
        }
        // Newer versions of transformers leave out the outermost module.
        return Stream.of(name, name.startsWith("text_model_") ? name.substring("text_model_".length()) : "");
    }

    private static void checkShape(Variant.Lora lora, LoraFile.Module module, Place place) {
        if (module.out() != place.out() || module.in() != place.in()) {
            throw LoraException.unfitting(
                    lora.name(),
                    module.downKey() + " and " + module.upKey() + ": found factors of a weight of " + module.out()
                            + " x " + module.in() + ", expected " + place.out() + " x " + place.in()
                            + " as the model's");
        }
    }
}
