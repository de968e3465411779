package io.darkroom.kafka;

import io.darkroom.job.SurroundingsException;

/** The Kafka broker does not answer, or refuses us. */
public class BrokerUnavailableException extends SurroundingsException {
    BrokerUnavailableException(String message, Throwable cause) {
        super("Kafka broker: " + message, cause);
    }
}
