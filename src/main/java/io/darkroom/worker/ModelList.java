package io.darkroom.worker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Planner;
import io.darkroom.pipeline.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models there are, for people. Safe for use from any thread; reads folders. */
public final class ModelList {
    /**
     * One model. Where it cannot be used, {@code problem} says why, and the rest but the name is left out.
     *
     * @param isDefault whether requests that name no model get it
     * @param width pixels of a request that names no size
     * @param height pixels of a request that names no size
     * @param sizeMultiple what widths and heights must be a multiple of
     * @param vaes the names of the VAEs besides its own
     * @param loras the names of the LoRAs that lie beside it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            String name,
            @JsonProperty("default") boolean isDefault,
            @Nullable String family,
            @Nullable List<String> tasks,
            @Nullable Integer width,
            @Nullable Integer height,
            @JsonProperty("size_multiple") @Nullable Integer sizeMultiple,
            @Nullable List<String> vaes,
            @Nullable List<String> loras,
            @Nullable String problem) {}

    private final Models models;

    ModelList(Models models) {
        this.models = models;
    }

    /** Every model, by name. */
    public List<Entry> entries() {
        return models.names().stream().map(this::entry).toList();
    }

    private Entry entry(String name) {
        boolean isDefault = name.equals(models.defaultName());
        try {
            Planner.Description found = models.planner(name).description();
            return new Entry(
                    name,
                    isDefault,
                    found.family(),
                    found.tasks().stream().map(Task::label).sorted().toList(),
                    found.defaultWidth(),
                    found.defaultHeight(),
                    found.sizeMultiple(),
                    List.copyOf(found.folder().vaes()),
                    List.copyOf(found.folder().loras().names()),
                    null);
        } catch (ModelUnavailableException | UnknownModelException | ArgumentsException e) {
            return new Entry(name, isDefault, null, null, null, null, null, null, null, e.getMessage());
        }
    }
}
