package io.darkroom.engine;

import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.job.Bytes;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Rendered;
import io.darkroom.model.ModelFolder;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.Warning;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the device has made of a job, on its way to files. Each picture becomes one as soon as it is decoded, so that of a
 * large sweep only files are kept, and small pictures for its contact sheet. Encoding needs no device.
 */
final class PictureFiles {
    private final Recipe recipe;
    private final ModelFolder folder;
    private final int pictures;
    private final Executor encoding;
    private final NavigableMap<Integer, CompletableFuture<Made>> made = new TreeMap<>();

    /**
     * One picture.
     *
     * @param plan which of the job's plans it follows
     * @param index which of that plan's pictures it is
     * @param measurements what the task measured
     */
    record Shot(int plan, int index, long seed, Map<String, Double> measurements) {}

    /** @param cell for the contact sheet, where there will be one */
    private record Made(Shot shot, Rendered.Picture file, @Nullable Pixels cell) {}

    /**
     * Those of a job whose pictures have begun.
     *
     * @param encoding where files are made
     */
    static PictureFiles of(Flight flight, Executor encoding) {
        ModelFolder folder = flight.pipeline.description().folder();
        return new PictureFiles(
                new Recipe(folder.name(), flight.work.job().request(), flight.plans),
                folder,
                flight.pictures().size(),
                encoding);
    }

    private PictureFiles(Recipe recipe, ModelFolder folder, int pictures, Executor encoding) {
        this.recipe = recipe;
        this.folder = folder;
        this.pictures = pictures;
        this.encoding = encoding;
    }

    /**
     * Makes a file of a picture, beside the device's thread. What goes wrong shows in {@link #all}.
     *
     * @param at which picture of the job
     * @param pixels [3, H, W] in 0..1
     */
    void add(int at, Shot shot, Tensor pixels) {
        made.put(at, CompletableFuture.supplyAsync(() -> encoded(at, shot, pixels), encoding));
    }

    private Made encoded(int at, Shot shot, Tensor pixels) {
        Pixels picture = Pixels.of(pixels);
        RenderRequest.Sweep sweep = sheet();
        return new Made(
                shot,
                file(Integer.toString(at), shot, picture),
                sweep == null ? null : SweepSheet.cell(sweep, pictures, picture));
    }

    /** The sweep, where it wants a contact sheet. */
    private RenderRequest.@Nullable Sweep sheet() {
        RenderRequest.Sweep sweep = recipe.request().sweep();
        return sweep != null && sweep.contactSheet() ? sweep : null;
    }

    /** All files, once every picture was given and is encoded. */
    CompletableFuture<Rendered> all(Map<String, Long> timingsMs, double deviceMs) {
        List<CompletableFuture<Made>> each = List.copyOf(made.values());
        return CompletableFuture.allOf(each.toArray(CompletableFuture<?>[]::new))
                .thenApplyAsync(
                        done -> rendered(
                                each.stream().map(CompletableFuture::join).toList(), timingsMs, deviceMs),
                        encoding);
    }

    private Rendered rendered(List<Made> all, Map<String, Long> timingsMs, double deviceMs) {
        List<Rendered.Picture> files =
                new ArrayList<>(all.stream().map(Made::file).toList());
        List<Shot> shots = all.stream().map(Made::shot).toList();
        RenderRequest.Sweep sweep = sheet();
        if (sweep != null) {
            List<Pixels> cells = all.stream().map(Made::cell).toList();
            files.add(file("contact_sheet", SweepSheet.of(sweep, shots, cells), Map.of(), null, Map.of()));
        }
        return new Rendered(
                recipe.model(),
                folder.digest(),
                files,
                recipe.parameters(),
                timingsMs,
                warnings(),
                measurements(shots),
                deviceMs);
    }

    private Rendered.Picture file(String stem, Shot shot, Pixels picture) {
        Plan plan = recipe.plans().get(shot.plan());
        RenderRequest.Output output = recipe.request().output();
        Map<String, String> texts = new LinkedHashMap<>();
        if (!Boolean.FALSE.equals(output.metadata())) {
            texts.put(PngWriter.KEYWORD, recipe.of(plan, shot.index(), shot.seed()));
            texts.put("model_digest", folder.digest());
        }
        return file(stem, picture, texts, shot.seed(), swept(shot));
    }

    private Map<String, Object> swept(Shot shot) {
        RenderRequest.Sweep sweep = recipe.request().sweep();
        return sweep == null ? Map.of() : sweep.of(sweep.variants().get(shot.plan()));
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
    private Map<String, Object> measurements(List<Shot> shots) {
        Map<String, Double> first = shots.get(0).measurements();
        return recipe.request().sweep() == null || first.isEmpty()
                ? new LinkedHashMap<>(first)
                : Map.of("outputs", shots.stream().map(Shot::measurements).toList());
    }
}
