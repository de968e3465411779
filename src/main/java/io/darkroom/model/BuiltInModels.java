package io.darkroom.model;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** The model that ships inside the application. */
public final class BuiltInModels {
    /** Its name in requests. */
    public static final String STARTER = "starter";

    private static final String INDEX = "/models/starter/model_index.json";

    private BuiltInModels() {}

    /**
     * The starter model's folder: among the classes while developing, inside the application's jar when packaged.
     *
     * @throws ModelUnavailableException where the application was packaged without it
     */
    public static ModelFolder starter() {
        URL index = BuiltInModels.class.getResource(INDEX);
        if (index == null) {
            throw new ModelUnavailableException("the application holds no " + INDEX);
        }
        try {
            return ModelFolder.read(STARTER, folderOf(index));
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
