package io.darkroom.web;

import io.darkroom.worker.ModelList;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** The models that requests can name. */
@Path("/api/models")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class ModelsResource {
    private final ModelList models;

    ModelsResource(ModelList models) {
        this.models = models;
    }

    /** Each model with its family, tasks and sizes; or what is wrong with it. */
    @GET
    public List<ModelList.Entry> list() {
        return models.entries();
    }
}
