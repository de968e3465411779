package io.darkroom.model;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;

/** The models that ship inside the application. */
public final class BuiltInModels {
    /** Stable Diffusion's kind of model, and the default. */
    public static final String STARTER = "starter";

    /** Flow matching with a diffusion transformer. */
    public static final String STARTER_FLOW = "starter-flow";

    /** As {@link #STARTER}, learnt from the same drawings as {@link #STARTER_FLOW}. */
    public static final String STARTER_DDIM = "starter-ddim";

    private BuiltInModels() {}

    /** All of them, the default first. As {@link #starter}. */
    public static List<ModelFolder> all() {
        return List.of(starter(), named(STARTER_FLOW), named(STARTER_DDIM));
    }

    /**
     * The starter model's folder: among the classes while developing, inside the application's jar when packaged.
     *
     * @throws ModelUnavailableException where the application was packaged without it
     */
    public static ModelFolder starter() {
        return named(STARTER);
    }

    private static ModelFolder named(String name) {
        String place = "/models/" + name + "/model_index.json";
        URL index = BuiltInModels.class.getResource(place);
        if (index == null) {
            throw new ModelUnavailableException("the application holds no " + place);
        }
        try {
            return ModelFolder.read(name, folderOf(index));
        } catch (IOException | URISyntaxException e) {
            throw new ModelUnavailableException(index + " cannot be read: " + e, e);
        }
    }

    /** The folder that holds a resource. */
    static Path folderOf(URL index) throws IOException, URISyntaxException {
        if (index.getProtocol().equals("file")) {
            return Path.of(index.toURI()).resolveSibling("");
        }
        String location = index.toString();
        int inside = location.indexOf("!/");
        if (!index.getProtocol().equals("jar") || inside < 0) {
            throw new IOException("neither in a folder nor in a jar");
        }
        Path jar = Path.of(new URI(location.substring("jar:".length(), inside)));
        // Stays open for as long as the process runs: the model may be loaded again after an eviction.
        FileSystem zip = FileSystems.newFileSystem(jar);
        return zip.getPath(location.substring(inside + 1)).resolveSibling("");
    }
}
