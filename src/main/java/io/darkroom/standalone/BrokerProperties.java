package io.darkroom.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/** The settings of a broker that is a whole cluster, in Kafka's words: one node, broker and controller in one. */
final class BrokerProperties {
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private static final String BROKER_LISTENER = "PLAINTEXT";
    private static final int MIB = 1 << 20;

    private BrokerProperties() {}

    static Properties of(Path logDir, int port, int controllerPort, int maxRecordBytes, Duration groupSessionTimeout) {
        Properties p = new Properties();
        quorum(p, logDir, port, controllerPort);
        internalTopics(p);
        groups(p, groupSessionTimeout);
        limits(p, maxRecordBytes);
        return p;
    }

    private static void quorum(Properties p, Path logDir, int port, int controllerPort) {
        String controller = Ports.LOOPBACK + ":" + controllerPort;
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE_ID));
        // Voters that are written down here, not in the log, so that the controller may listen elsewhere next time.
        p.setProperty("controller.quorum.voters", NODE_ID + "@" + controller);
        p.setProperty("controller.listener.names", CONTROLLER_LISTENER);
        p.setProperty("inter.broker.listener.name", BROKER_LISTENER);
        p.setProperty(
                "listeners",
                BROKER_LISTENER + "://" + Ports.LOOPBACK + ":" + port + "," + CONTROLLER_LISTENER + "://" + controller);
        p.setProperty("advertised.listeners", BROKER_LISTENER + "://" + Ports.LOOPBACK + ":" + port);
        p.setProperty(
                "listener.security.protocol.map", BROKER_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        p.setProperty("log.dirs", logDir.toString());
        // So long the controller holds the place of a broker that was killed, and a new start has to wait.
        p.setProperty("broker.session.timeout.ms", "4000");
        p.setProperty("broker.heartbeat.interval.ms", "500");
    }

    private static void internalTopics(Properties p) {
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.setProperty(topic + ".replication.factor", "1");
            p.setProperty(topic + ".num.partitions", "1");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        // A killed worker's transaction holds up readers until it is aborted.
        p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("default.replication.factor", "1");
        p.setProperty("min.insync.replicas", "1");
        // A mistyped name is an error, not a topic.
        p.setProperty("auto.create.topics.enable", "false");
        // Offsets outlast any pause of a machine that is switched off: 10 years, in minutes.
        p.setProperty("offsets.retention.minutes", Integer.toString(10 * 365 * 24 * 60));
    }

    private static void groups(Properties p, Duration sessionTimeout) {
        String session = Long.toString(sessionTimeout.toMillis());
        String heartbeat = Long.toString(sessionTimeout.dividedBy(5).toMillis());
        // What a group may ask for of its own, by its configuration.
        String shortestSession = Long.toString(Math.min(1000, sessionTimeout.toMillis()));
        String shortestHeartbeat =
                Long.toString(Math.min(200, sessionTimeout.dividedBy(5).toMillis()));
        for (String kind : new String[] {"group.consumer", "group.share"}) {
            p.setProperty(kind + ".session.timeout.ms", session);
            p.setProperty(kind + ".min.session.timeout.ms", shortestSession);
            p.setProperty(kind + ".heartbeat.interval.ms", heartbeat);
            p.setProperty(kind + ".min.heartbeat.interval.ms", shortestHeartbeat);
        }
        p.setProperty("group.min.session.timeout.ms", shortestSession);
        // There are not many to wait for on one machine.
        p.setProperty("group.initial.rebalance.delay.ms", "0");
    }

    private static void limits(Properties p, int maxRecordBytes) {
        p.setProperty("message.max.bytes", Integer.toString(maxRecordBytes));
        // A few clients and a small data folder: what Kafka takes for a server of its own is far more.
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("background.threads", "2");
        p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(8 * MIB));
        p.setProperty("log.segment.bytes", Integer.toString(128 * MIB));
        p.setProperty("log.index.size.max.bytes", Integer.toString(MIB));
    }
}
