package io.darkroom.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.EventType;
import io.darkroom.job.TraceContext;
import io.darkroom.kafka.RequestProducer;
import io.darkroom.kafka.Topics;
import io.darkroom.kafka.WorkerLife;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The first start of a standalone process asks itself for one picture, through Kafka like everybody, so that a newcomer
 * has one to look at.
 */
@ApplicationScoped
class FirstLight {
    private static final Logger LOG = Logger.getLogger(FirstLight.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ID = "first-light";

    private final DarkroomConfig config;
    private final Topics topics;
    private final RequestProducer producer;
    private final WorkerLife life;
    private final EventTail events;
    private final String address;

    FirstLight(
            DarkroomConfig config,
            Topics topics,
            RequestProducer producer,
            WorkerLife life,
            EventTail events,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.config = config;
        this.topics = topics;
        this.producer = producer;
        this.life = life;
        this.events = events;
        this.address = "http://127.0.0.1:" + port;
    }

    void start(@Observes StartupEvent event) {
        if (wanted()) {
            var unused = life.open().thenRunAsync(this::ask).exceptionally(fault -> {
                LOG.warnf("No first light: %s", fault.getMessage());
                return null;
            });
        }
    }

    /** Every role is in this process, so that the picture ends up in a file here. */
    private boolean wanted() {
        return config.standalone().enabled().orElse(false)
                && config.standalone().firstLight()
                && config.standalone().roles().size() == 4;
    }

    private void ask() {
        for (String topic : config.topics().requests()) {
            if (topics.records(topic) > 0) {
                LOG.infof("The light table is at %s; requests can go to the topic %s too", address, topic);
                return;
            }
        }
        events.feed()
                .events(null)
                .filter(event ->
                        event.type() == EventType.COMPLETED && event.json().contains("\"" + ID + "\""))
                .toUni()
                .subscribe()
                .with(event -> show(), fault -> LOG.debug("no first light", fault));
        producer.request(ID, request(), TraceContext.NONE).await().atMost(PATIENCE);
    }

    private void show() {
        Path file = config.standalone()
                .dataDir()
                .toAbsolutePath()
                .normalize()
                .resolve(Path.of("store", config.storage().bucket(), "renders", ID, "0.png"));
        LOG.infof("First light: %s%n         All about it: %s/api/renders/%s", file, address, ID);
        LOG.infof(
                "Your turn: the light table is at %s; requests can go to the topic %s too",
                address, config.topics().requests().get(0));
    }

    private static byte[] request() {
        ObjectMapper json = new ObjectMapper();
        ObjectNode request = json.createObjectNode();
        request.put("id", ID);
        request.put("model", "starter");
        request.put("prompt", "an oil painting of the sea at sunset");
        request.put("negative_prompt", "blurry, low quality");
        request.put("num_inference_steps", 20);
        request.put("guidance_scale", 7.5);
        request.put("seed", 14);
        try {
            return json.writeValueAsString(request).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
