package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Records to requests: plain JSON, and CloudEvents 1.0 in Kafka's binary and structured mode. Safe for any thread.
 *
 * <p>The job's id is the request's own; without it (or with one that is no id) a digest of {@code ce_source} and
 * {@code ce_id}; without these, a digest of topic id, partition, offset, timestamp and value.
 */
public final class RequestParser {
    /** Raised by the replay command, so that a job can run again. */
    public static final String GENERATION_HEADER = "darkroom-generation";

    /** The last generation that a request can be. */
    public static final int HIGHEST_GENERATION = 1_000_000;

    /** What two requests may differ in and still be one and the same. */
    private static final Set<String> NOT_DIGESTED = Set.of("expires_at", "priority", "labels");

    private static final Logger LOG = Logger.getLogger(RequestParser.class);

    private static final String WHOLE = "(request)";
    /** Of all pictures together: the completion event names each picture's own, and a topic takes 1 MiB. */
    private static final int SWEPT_TEXT = 64 << 10;

    private final Limits limits;
    private final RequestCheck check;
    private final Map<String, String> tenants;
    private final JsonReader reader;
    private final RequestFields fields;

    /** Tenants are as requests name them. */
    public RequestParser(Limits limits, RequestCheck check) {
        this(limits, check, Map.of());
    }

    /**
     * @param tenants by request topic: whose requests all of that topic's are, so that who may write to it decides
     */
    public RequestParser(Limits limits, RequestCheck check, Map<String, String> tenants) {
        this.limits = limits;
        this.check = check;
        this.tenants = Map.copyOf(tenants);
        this.reader = new JsonReader(limits.requestBytes());
        this.fields = new RequestFields(limits);
    }

    /** The limits that are held against requests. */
    public Limits limits() {
        return limits;
    }

    /**
     * What a record turns out to be; never throws, whatever it holds. What goes wrong in reading it, be it a bug or a lack
     * of memory or stack, is a failure like any other: an exception would end the intake for all requests after it.
     */
    public ParsedRequest parse(IncomingRecord record) {
        try {
            return read(record);
        } catch (RuntimeException | Error e) {
            Failure failure = broken(record, e);
            return unreadable(record, failure.code(), failure.message());
        }
    }

    private ParsedRequest read(IncomingRecord record) {
        Bytes value = record.value();
        if (value == null || value.size() == 0) {
            return unreadable(record, Failure.Code.INVALID_REQUEST, "expected a JSON object, got nothing");
        }
        if (value.size() > limits.requestBytes()) {
            String message = "expected at most " + limits.requestBytes()
                    + " bytes (darkroom.limits.request-bytes), got " + value.size();
            return unreadable(record, Failure.Code.TOO_LARGE, message);
        }
        Problems problems = new Problems();
        try {
            CloudEvent event = CloudEvent.of(record, value, reader, problems);
            return event.data() instanceof ObjectNode json
                    ? request(record, event, json, problems)
                    : notAnObject(record, event, problems);
        } catch (JsonReader.UnreadableException e) {
            return unreadable(record, Failure.Code.INVALID_REQUEST, Quote.line(e.getMessage()));
        }
    }

    private ParsedRequest request(IncomingRecord record, CloudEvent event, ObjectNode json, Problems problems) {
        JsonNode given = json.get("id");
        boolean own = given != null && !given.isNull();
        boolean good = own && given.isTextual() && JobKey.isId(given.textValue()) && !problems.touch("id");
        if (own && !good && !problems.touch("id")) {
            problems.add(
                    "id", "expected a letter or digit, then up to 127 of A-Z a-z 0-9 . _ -, got " + Fields.show(given));
        }
        int generation = generation(record, problems);
        // A generation that cannot be read must not end generation 0 of somebody's id.
        JobKey key = generation < 0
                ? new JobKey(Ids.ofRecord(record), 0)
                : new JobKey(good ? given.textValue() : derivedId(record, event), generation);
        String digest = digest(json);
        try {
            return request(record, json, key, digest, problems);
        } catch (RuntimeException | Error e) {
            // Its id is known: the requester can find what has come of it.
            return new ParsedRequest.Invalid(key, digest, Map.of(), broken(record, e));
        }
    }

    private ParsedRequest request(
            IncomingRecord record, ObjectNode json, JobKey key, String digest, Problems problems) {
        bindTenant(json, record.source().topic(), problems);
        JobDefaults defaults = defaults(json);
        RenderRequest request = fields.read(defaults.under(json), key, digest, problems);
        pixels(request, problems);
        pictures(request, problems);
        // Against another model than the one that was meant, all sorts of fields would look wrong.
        List<Problem> ofModel = problems.touch("model") ? List.of() : check.problems(request);
        // A field that could not be read looks as if it were not given: that is no second problem.
        ofModel.stream()
                .filter(problem -> !problems.touch(problem.field()))
                .toList()
                .forEach(problems::add);
        return problems.none()
                ? new ParsedRequest.Valid(request)
                : new ParsedRequest.Invalid(
                        key, digest, request.labels(), Failure.of(withOrigins(problems.list(), defaults, json)));
    }

    /** Of the model that is meant; where that cannot be told, none. */
    private JobDefaults defaults(ObjectNode json) {
        JsonNode model = json.get("model");
        boolean own = model == null || model.isNull();
        return own || model.isTextual() ? check.defaults(own ? null : model.textValue()) : JobDefaults.NONE;
    }

    /** Who reads of a field that the request does not have is told where it comes from. */
    private static List<Problem> withOrigins(List<Problem> problems, JobDefaults defaults, ObjectNode json) {
        return problems.stream()
                .map(problem -> defaults.isFilled(json, problem.field())
                        ? new Problem(
                                problem.field(),
                                problem.message() + " (the field is among the model's own defaults, darkroom.json)",
                                problem.code())
                        : problem)
                .toList();
    }

    private static String digest(ObjectNode json) {
        ObjectNode digested = Json.object();
        digested.setAll(json);
        return CanonicalJson.digest(digested.without(NOT_DIGESTED));
    }

    /** Where the topic belongs to a tenant, the request does too, and may not name another one. */
    private void bindTenant(ObjectNode json, String topic, Problems problems) {
        String tenant = tenants.get(topic);
        if (tenant == null) {
            return;
        }
        JsonNode given = json.get("tenant");
        if (given != null && !given.isNull() && !given.equals(TextNode.valueOf(tenant))) {
            problems.add(
                    "tenant",
                    "expected " + Quote.of(tenant) + ", whose topic " + Quote.of(topic)
                            + " is (darkroom.tenants.topics), or nothing, got " + Fields.show(given));
        }
        json.put("tenant", tenant);
    }

    /** The most pixels that any of the request's pictures has, where it says. */
    private void pixels(RenderRequest request, Problems problems) {
        long width = largest(request, "width", request.width());
        long height = largest(request, "height", request.height());
        if (width * height > limits.pixels()) {
            problems.add(
                    "width",
                    "expected at most " + limits.pixels() + " pixels (darkroom.limits.pixels), got " + width + " x "
                            + height,
                    Failure.Code.TOO_LARGE);
        }
    }

    private void pictures(RenderRequest request, Problems problems) {
        RenderRequest.Sweep sweep = request.sweep();
        if (sweep == null) {
            if (picturesOf(request) > limits.pictures()) {
                tooMany(problems, "class_labels", picturesOf(request), limits.pictures(), "pictures");
            }
            return;
        }
        long all = sweep.variants().stream()
                .mapToLong(v -> picturesOf(v.request()))
                .sum();
        if (all > limits.sweep()) {
            boolean several = request.numImagesPerPrompt() != null && request.numImagesPerPrompt() > 1;
            tooMany(problems, several ? "num_images_per_prompt" : "class_labels", all, limits.sweep(), "sweep");
        }
        long text = sweep.text();
        if (text > SWEPT_TEXT) {
            problems.add(
                    "sweep",
                    "expected swept values of at most " + SWEPT_TEXT
                            + " characters, each counted for every picture that has it (the event names them), got "
                            + text,
                    Failure.Code.TOO_LARGE);
        }
    }

    private static long picturesOf(RenderRequest request) {
        long each = request.numImagesPerPrompt() == null ? 1 : request.numImagesPerPrompt();
        return each * (request.classLabels() == null ? 1 : request.classLabels().size());
    }

    private static void tooMany(Problems problems, String field, long got, int most, String limit) {
        problems.add(
                field,
                "expected at most " + most + " pictures in all (darkroom.limits." + limit + "), got " + got,
                Failure.Code.TOO_LARGE);
    }

    private static long largest(RenderRequest request, String field, @Nullable Integer given) {
        RenderRequest.Sweep sweep = request.sweep();
        List<Object> swept = sweep == null ? List.of() : sweep.values().getOrDefault(field, List.of());
        long largest = given == null ? 0 : given;
        for (Object value : swept) {
            largest = Math.max(largest, value instanceof Number n ? n.longValue() : 0);
        }
        return Math.min(largest, Integer.MAX_VALUE);
    }

    private static int generation(IncomingRecord record, Problems problems) {
        String text = record.header(GENERATION_HEADER);
        if (text == null) {
            return 0;
        }
        if (text.matches("[0-9]{1,7}") && Integer.parseInt(text) <= HIGHEST_GENERATION) {
            return Integer.parseInt(text);
        }
        problems.add(
                GENERATION_HEADER,
                "expected a whole number from 0 to " + HIGHEST_GENERATION + ", got " + Quote.of(text));
        return -1;
    }

    private static ParsedRequest notAnObject(IncomingRecord record, CloudEvent event, Problems problems) {
        JsonNode data = event.data();
        problems.add(
                data == null ? "data" : WHOLE,
                "expected a JSON object, got " + (data == null ? "nothing" : Fields.show(data)));
        JobKey key = new JobKey(derivedId(record, event), 0);
        return new ParsedRequest.Invalid(key, rawDigest(record), Map.of(), Failure.of(problems.list()));
    }

    private static ParsedRequest unreadable(IncomingRecord record, Failure.Code code, String message) {
        CloudEvent headers = new CloudEvent(record.header("ce_source"), record.header("ce_id"), null);
        JobKey key = new JobKey(derivedId(record, headers), 0);
        return new ParsedRequest.Unreadable(key, rawDigest(record), whole(code, message));
    }

    private static Failure whole(Failure.Code code, String message) {
        return new Failure(code, message, List.of(new Problem(WHOLE, message, code)));
    }

    private static Failure broken(IncomingRecord record, Throwable e) {
        LOG.errorf(
                e,
                "%s, partition %d, offset %d: reading the request failed",
                record.source().topic(),
                record.source().partition(),
                record.source().offset());
        return e instanceof OutOfMemoryError
                ? whole(Failure.Code.OUT_OF_MEMORY, "reading the request takes more memory than this worker has")
                : whole(Failure.Code.INTERNAL, "reading the request failed: " + Quote.line(e.toString()));
    }

    private static String derivedId(IncomingRecord record, CloudEvent event) {
        return event.source() != null && event.id() != null
                ? Ids.ofEvent(event.source(), event.id())
                : Ids.ofRecord(record);
    }

    private static String rawDigest(IncomingRecord record) {
        Bytes value = record.value();
        return "sha256:" + (value == null ? Bytes.of(new byte[0]) : value).sha256();
    }
}
