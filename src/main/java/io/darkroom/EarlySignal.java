package io.darkroom;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** A signal that came while the application started: Quarkus forgets what was asked of it before it runs. */
@ApplicationScoped
class EarlySignal {
    void started(@Observes StartupEvent event) {
        Signals.asked().ifPresent(Quarkus::asyncExit);
    }
}
