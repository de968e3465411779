package io.darkroom.training.run;

import io.darkroom.image.ContactSheet;
import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.pipeline.Arguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Contact sheets: the same prompts by several models side by side, nothing picked. */
final class Sheets {
    /** The prompts of the sheet that the first starter was judged by. Seeds are 0, 1, 2 and so on. */
    static final List<String> PROMPTS = List.of(
            "a photorealistic mountain lake at sunset, 4k",
            "a photorealistic mountain lake at night, 4k",
            "a foggy lake in the mountains at dawn",
            "snowy mountains at noon, photorealistic, 4k",
            "the sea at sunset, photo",
            "a sailboat on the sea at noon",
            "the sea at night",
            "desert dunes at sunset, photorealistic",
            "green hills at noon with a red ball on the left",
            "a red balloon on the left over green hills at sunset",
            "a blue balloon on the right, mountain lake at noon, 4k",
            "a pine forest in fog",
            "a snowy pine forest at night",
            "a cartoon of a mountain lake at noon",
            "an oil painting of the sea at sunset",
            "black and white photo of mountains");

    private Sheets() {}

    /** The requests of the sheet: 20 steps. */
    static List<Arguments> requests(double guidanceScale) {
        List<Arguments> requests = new ArrayList<>();
        for (int i = 0; i < PROMPTS.size(); i++) {
            requests.add(Arguments.builder()
                    .prompt(PROMPTS.get(i))
                    .guidanceScale(guidanceScale)
                    .numInferenceSteps(20)
                    .seed((long) i)
                    .build());
        }
        return requests;
    }

    /**
     * Writes a sheet with a row for each prompt and a column for each model.
     *
     * @param pictures by model, one for each prompt
     */
    static void write(Path file, List<String> prompts, Map<String, List<Pixels>> pictures) throws IOException {
        List<Pixels> all = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            for (List<Pixels> ofModel : pictures.values()) {
                all.add(ofModel.get(i));
            }
        }
        Pixels sheet = ContactSheet.grid(
                new ContactSheet.Axis("prompt", prompts),
                new ContactSheet.Axis("model", List.copyOf(pictures.keySet())),
                all);
        Files.write(file, PngWriter.write(sheet, "{}"));
    }
}
