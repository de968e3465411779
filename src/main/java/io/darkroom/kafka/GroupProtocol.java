package io.darkroom.kafka;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How workers share partitions: by KIP-848 where the broker has it, else by the classic protocol. */
@ApplicationScoped
class GroupProtocol {
    /** KIP-848: running jobs stay in place when others come and go. */
    static final String CONSUMER = "consumer";

    static final String CLASSIC = "classic";
    private static final Logger LOG = Logger.getLogger(GroupProtocol.class);
    private static final String FEATURE = "group.version";
    private static final int PATIENCE_SECONDS = 10;

    private final KafkaClients clients;
    private volatile @Nullable String used;
    private volatile boolean guessed;

    GroupProtocol(KafkaClients clients) {
        this.clients = clients;
    }

    /**
     * Decides; asks the broker where it is left to that. One that does not answer is taken to have the newer.
     *
     * @param asked {@code auto}, {@code consumer} or {@code classic}
     */
    String use(String asked) {
        String decided = asked;
        if (asked.equals("auto")) {
            String found = ofBroker();
            guessed = found == null;
            decided = found == null ? CONSUMER : found;
        }
        used = decided;
        if (decided.equals(CLASSIC)) {
            LOG.info("The workers' group uses the classic protocol");
        }
        return decided;
    }

    /**
     * Whether the decision was a guess, and the broker, which answers now, needs the other protocol: only a new start mends
     * that.
     */
    boolean isWrong() {
        if (!guessed) {
            return false;
        }
        String found = ofBroker();
        guessed = found == null;
        return found != null && !found.equals(used);
    }

    /** What the broker has; null where it does not answer. */
    private @Nullable String ofBroker() {
        try (Admin admin = clients.admin("darkroom-group-protocol")) {
            var features = admin.describeFeatures()
                    .featureMetadata()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .finalizedFeatures();
            var groups = features.get(FEATURE);
            return groups != null && groups.maxVersionLevel() >= 1 ? CONSUMER : CLASSIC;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnsupportedVersionException) { // before 2.7
                return CLASSIC;
            }
            LOG.debugf(e, "the broker does not tell its features");
            return null;
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
