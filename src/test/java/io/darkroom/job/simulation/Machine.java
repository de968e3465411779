package io.darkroom.job.simulation;

import io.darkroom.job.Delivery;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.DeliveryState;
import java.time.Instant;

/** The state machine under test: the real one, or one with a fault planted. */
interface Machine {
    Machine REAL = Delivery::on;

    Delivery.Step on(DeliveryState state, DeliveryEvent event, Instant now);
}
