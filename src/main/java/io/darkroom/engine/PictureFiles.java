package io.darkroom.engine;

import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.job.Bytes;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Rendered;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Warning;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the device has made of a job, on its way to files. Encoding needs no device.
 *
 * @param modelDigest of its folder
 * @param shots the pictures, in order
 */
record PictureFiles(Recipe recipe, String modelDigest, List<Shot> shots, Map<String, Long> timingsMs, double deviceMs) {

    /**
     * One picture.
     *
     * @param plan which of the job's plans it follows
     * @param index which of that plan's pictures it is
     * @param pixels [3, H, W] in 0..1
     * @param measurements what the task measured
     */
    record Shot(int plan, int index, long seed, Tensor pixels, Map<String, Double> measurements) {}

    static PictureFiles of(Flight flight) {
        List<Tensor> pixels = flight.pixels();
        List<Shot> shots = new ArrayList<>();
        for (Flight.Picture picture : flight.pictures()) {
            Tensor own = pixels.get(shots.size());
            shots.add(new Shot(
                    picture.plan, picture.index, picture.sampling.seed(), own, picture.sampling.measurements(own)));
        }
        return new PictureFiles(
                new Recipe(
                        flight.pipeline.description().folder().name(),
                        flight.work.job().request(),
                        flight.plans),
                flight.pipeline.description().folder().digest(),
                shots,
                flight.clock.millis(),
                flight.clock.deviceMs());
    }

    Rendered encode() {
        List<Rendered.Picture> files = new ArrayList<>();
        for (int i = 0; i < shots.size(); i++) {
            files.add(file(i + "", shots.get(i)));
        }
        RenderRequest.Sweep sweep = recipe.request().sweep();
        if (sweep != null && sweep.contactSheet()) {
            files.add(contactSheet(sweep));
        }
        return new Rendered(
                recipe.model(),
                modelDigest,
                files,
                recipe.parameters(),
                timingsMs,
                warnings(),
                measurements(),
                deviceMs);
    }

    private Rendered.Picture file(String stem, Shot shot) {
        Plan plan = recipe.plans().get(shot.plan());
        RenderRequest.Output output = recipe.request().output();
        Map<String, String> texts = new LinkedHashMap<>();
        if (!Boolean.FALSE.equals(output.metadata())) {
            texts.put(PngWriter.KEYWORD, recipe.of(plan, shot.index(), shot.seed()));
            texts.put("model_digest", modelDigest);
        }
        return file(stem, Pixels.of(shot.pixels()), texts, shot.seed(), swept(shot));
    }

    private Map<String, Object> swept(Shot shot) {
        RenderRequest.Sweep sweep = recipe.request().sweep();
        return sweep == null ? Map.of() : sweep.of(sweep.variants().get(shot.plan()));
    }

    private Rendered.Picture contactSheet(RenderRequest.Sweep sweep) {
        List<Pixels> pictures = shots.stream().map(s -> Pixels.of(s.pixels())).toList();
        Pixels sheet = SweepSheet.of(sweep, shots, pictures);
        return file("contact_sheet", sheet, Map.of(), null, Map.of());
    }

    private Rendered.Picture file(
            String stem, Pixels picture, Map<String, String> texts, @Nullable Long seed, Map<String, Object> swept) {
        FileFormat format = FileFormat.of(recipe.request().output());
        byte[] content = format.write(picture, recipe.request().output(), texts);
        return new Rendered.Picture(
                format.name(stem),
                Bytes.of(content),
                format.mediaType(),
                picture.width(),
                picture.height(),
                seed,
                swept);
    }

    /** Of a sweep each once, with fields as they stand in it. */
    private List<Rendered.Warning> warnings() {
        RenderRequest.Sweep sweep = recipe.request().sweep();
        Set<Rendered.Warning> warnings = new LinkedHashSet<>();
        for (int i = 0; i < recipe.plans().size(); i++) {
            for (Warning warning : recipe.plans().get(i).warnings()) {
                String field = sweep == null
                        ? warning.field()
                        : sweep.variants().get(i).path(warning.field());
                warnings.add(new Rendered.Warning(field, warning.message()));
            }
        }
        return List.copyOf(warnings);
    }

    /** Of the first picture; of a sweep each picture's, in order. */
    private Map<String, Object> measurements() {
        Map<String, Double> first = shots.get(0).measurements();
        return recipe.request().sweep() == null || first.isEmpty()
                ? new LinkedHashMap<>(first)
                : Map.of("outputs", shots.stream().map(Shot::measurements).toList());
    }
}
