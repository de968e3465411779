/** The edge: Kafka's records to the domain and back. */
@NullMarked
package io.darkroom.kafka;

import org.jspecify.annotations.NullMarked;
