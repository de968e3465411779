package io.darkroom.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A JSON object in a model folder. Every message names the file.
 *
 * @param file where it was read
 * @param json what it says
 */
public record Config(Path file, JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};

    /**
     * Reads a file.
     *
     * @throws ModelUnavailableException where it is missing or no JSON object
     */
    public static Config read(Path file) {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new ModelUnavailableException(
                        file + ": found " + json.getNodeType() + ", expected a JSON object");
            }
            return new Config(file, json);
        } catch (JsonProcessingException e) {
            throw new ModelUnavailableException(file + " is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw Files.exists(file)
                    ? new ModelUnavailableException(file + " cannot be read: " + e, e)
                    : new ModelUnavailableException(file + " is missing", e);
        }
    }

    /** Whether a key is there and not null. */
    public boolean has(String key) {
        return json.hasNonNull(key);
    }

    /**
     * A whole number.
     *
     * @throws ModelUnavailableException where it is missing or another kind of value
     */
    public int integer(String key) {
        JsonNode value = json.path(key);
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            throw unfitting(key, "a whole number");
        }
        return value.intValue();
    }

    /** A whole number, or a default where the key is missing or null. */
    public int integer(String key, int otherwise) {
        return has(key) ? integer(key) : otherwise;
    }

    /** A number, or a default where the key is missing or null. */
    public double number(String key, double otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!json.path(key).isNumber()) {
            throw unfitting(key, "a number");
        }
        return json.path(key).doubleValue();
    }

    /** How many entries a list has. */
    public int length(String key) {
        if (!json.path(key).isArray()) {
            throw unfitting(key, "a list");
        }
        return json.path(key).size();
    }

    /** The whole object as plain Java values, in the order of the file. */
    public Map<String, Object> map() {
        return JSON.convertValue(json, MAP);
    }

    private ModelUnavailableException unfitting(String key, String expected) {
        String found = json.has(key) ? "found " + json.get(key) : "nothing found";
        return new ModelUnavailableException(file + ": " + key + ": " + found + ", expected " + expected);
    }
}
