package io.darkroom.engine;

import io.darkroom.image.ContactSheet;
import io.darkroom.image.Pixels;
import io.darkroom.job.RenderRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The contact sheet of a sweep: two fields that vary make rows and columns; one, or more than two, a list in which each
 * picture says its values. What all pictures have in common is not said.
 */
final class SweepSheet {
    private SweepSheet() {}

    /**
     * A picture as it will stand on the sheet.
     *
     * @param shots how many there will be
     */
    static Pixels cell(RenderRequest.Sweep sweep, int shots, Pixels picture) {
        List<ContactSheet.Axis> axes = axes(sweep);
        boolean grid = shots == sweep.variants().size() && axes.size() == 2;
        return ContactSheet.cell(picture, shots, grid ? axes.get(1).values().size() : ContactSheet.columns(shots));
    }

    /** @param pictures of the shots, whole or as {@link #cell} gives them */
    static Pixels of(RenderRequest.Sweep sweep, List<PictureFiles.Shot> shots, List<Pixels> pictures) {
        List<ContactSheet.Axis> axes = axes(sweep);
        boolean oneEach = shots.size() == sweep.variants().size();
        return oneEach && axes.size() == 2
                ? ContactSheet.grid(axes.get(0), axes.get(1), pictures)
                : ContactSheet.list(
                        shots.stream().map(s -> label(sweep, s, oneEach)).toList(), pictures);
    }

    private static List<ContactSheet.Axis> axes(RenderRequest.Sweep sweep) {
        List<ContactSheet.Axis> axes = new ArrayList<>();
        sweep.values().forEach((field, values) -> {
            if (values.size() > 1) {
                axes.add(new ContactSheet.Axis(
                        field, values.stream().map(SweepSheet::text).toList()));
            }
        });
        return axes;
    }

    private static List<String> label(RenderRequest.Sweep sweep, PictureFiles.Shot shot, boolean oneEach) {
        List<String> lines = new ArrayList<>();
        Map<String, Object> own = sweep.of(sweep.variants().get(shot.plan()));
        boolean oneOnly = sweep.variants().size() == 1;
        own.forEach((field, value) -> {
            boolean varies =
                    oneOnly || sweep.values().getOrDefault(field, List.of()).size() > 1;
            if (varies && (oneEach || !field.equals("seed"))) {
                lines.add(field + ": " + text(value));
            }
        });
        if (!oneEach) {
            lines.add("seed: " + shot.seed());
        }
        return lines;
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(e -> e.getKey().equals("_class_name")
                            ? text(e.getValue())
                            : e.getKey() + " " + text(e.getValue()))
                    .collect(Collectors.joining(", "));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(SweepSheet::text).collect(Collectors.joining(", "));
        }
        return String.valueOf(value);
    }
}
