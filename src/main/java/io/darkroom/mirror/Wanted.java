package io.darkroom.mirror;

import io.darkroom.storage.StoredObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A file that belongs to a model.
 *
 * @param path below the folder of all models, with slashes; its first part is the model's name
 * @param object where its content is
 */
record Wanted(String path, StoredObject object) {
    private static final String INDEX = "model_index.json";

    /** The name under which its content is kept: another one for each content. */
    String id() {
        MessageDigest sha256 = Digests.sha256();
        for (String part : List.of(object.key(), object.version(), Long.toString(object.bytes()))) {
            sha256.update(part.getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
        }
        return HexFormat.of().formatHex(sha256.digest(), 0, 16);
    }

    /**
     * The files of all models in a listing. A key that ends with a slash is a folder as browsers of buckets make it, and no
     * file; so is what lies beside the models.
     *
     * @throws ModelSourceException where there is no model, or a key that is no path
     */
    static List<Wanted> of(ModelSource source, List<StoredObject> listing) {
        if (listing.isEmpty()) {
            throw new ModelSourceException("there is nothing at " + source + ", where models are to come from");
        }
        boolean single = listing.stream().anyMatch(o -> o.key().equals(source.keyPrefix() + INDEX));
        if (single && source.prefix().isEmpty()) {
            throw new ModelSourceException(
                    source + " holds a model that has no name: put it below a prefix, whose last part is its name");
        }
        String name = source.prefix().substring(source.prefix().lastIndexOf('/') + 1);
        List<Wanted> found = new ArrayList<>();
        Set<String> models = new LinkedHashSet<>();
        for (StoredObject object : listing) {
            String below = object.key().substring(source.keyPrefix().length());
            String path = single ? name + "/" + below : below;
            if (!below.isEmpty() && !path.endsWith("/")) {
                requirePath(path, object);
                found.add(new Wanted(path, object));
                if (path.endsWith("/" + INDEX) && path.indexOf('/') == path.lastIndexOf('/')) {
                    models.add(path.substring(0, path.indexOf('/') + 1));
                }
            }
        }
        if (models.isEmpty()) {
            throw new ModelSourceException("there is no model at " + source + ": no key there ends with /" + INDEX
                    + " one folder down; the first of " + listing.size() + " is "
                    + listing.get(0).key());
        }
        return found.stream()
                .filter(file ->
                        models.contains(file.path().substring(0, file.path().indexOf('/') + 1)))
                .toList();
    }

    /** Keys may hold anything; a path that leads out of the cache must not be followed. */
    private static void requirePath(String path, StoredObject object) {
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\\') >= 0) {
                throw new ModelSourceException("the key " + object.key() + " is no path of a file");
            }
        }
    }
}
