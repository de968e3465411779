package io.darkroom;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.replay.ReplayCommand;
import io.darkroom.standalone.Ports;
import io.darkroom.standalone.Role;
import io.darkroom.standalone.Standalone;
import io.darkroom.standalone.StandaloneException;
import io.darkroom.standalone.StandaloneServices;
import io.darkroom.worker.ModelSupply;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.SmallRyeConfig;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Starts the broker and the store of a standalone process, then the application as their client, and stops them in the
 * opposite order: the application drains before its broker goes.
 */
@QuarkusMain
public final class Main {
    /** Until the application sets its own levels nothing is to be logged that it would not log. */
    private static final Map<Logger, Level> LEVELS = Map.of(
            Logger.getLogger(""), Level.INFO,
            Logger.getLogger("kafka"), Level.WARNING,
            Logger.getLogger("org.apache.kafka"), Level.WARNING,
            Logger.getLogger("org.apache.kafka.controller"), Level.SEVERE,
            Logger.getLogger("state.change.logger"), Level.WARNING,
            Logger.getLogger("org.hibernate.validator"), Level.WARNING,
            Logger.getLogger("org.gaul"), Level.WARNING);

    /** A process that does not render is not in the workers' group. */
    private static final String TAKE_REQUESTS = "mp.messaging.incoming.requests.enabled";

    private static final int START_FAILED = 1;

    /** The first argument of the command that has jobs done once more. */
    private static final String REPLAY = "replay";

    private Main() {}

    /** The process's entry. */
    public static void main(String... args) {
        LEVELS.forEach(Logger::setLevel);
        if (args.length > 0 && args[0].equals(REPLAY)) {
            System.exit(replay(Arrays.copyOfRange(args, 1, args.length)));
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stopped), "darkroom-standalone-stop"));
        Signals.handle(status -> {
            ModelSupply.cancel();
            Quarkus.asyncExit(status);
        });
        try {
            run(startServices(), stopped, args);
            stopped.countDown();
            Signals.asked().ifPresent(System::exit);
        } catch (StandaloneException e) {
            System.err.println("Darkroom cannot start. " + e.getMessage());
            stopped.countDown();
            System.exit(START_FAILED);
        } finally {
            stopped.countDown();
        }
    }

    /** Nothing is started but the command, a client of the broker and the store that run already. */
    private static int replay(String... args) {
        try {
            SmallRyeConfig settings = StartSettings.clients();
            return ReplayCommand.run(settings, settings.getConfigMapping(DarkroomConfig.class), args);
        } catch (StandaloneException e) {
            System.err.println(e.getMessage());
            return START_FAILED;
        }
    }

    private static void run(Runnable stopServices, CountDownLatch stopped, String... args) {
        try {
            onExit(() -> {
                stopServices.run();
                stopped.countDown();
            });
            if (Signals.asked().isEmpty()) {
                Quarkus.run(args);
            }
        } finally {
            stopServices.run();
        }
    }

    /** Starts what this process brings with it, and returns how to stop that. */
    private static Runnable startServices() {
        StartSettings settings = StartSettings.load();
        settings.check();
        settings.checkDevices();
        Ports.requireFree(settings.httpHost(), settings.httpPort(), StartSettings.HTTP_PORT);
        settings.traces().forEach(System::setProperty);
        if (!settings.roles().contains(Role.WORKER)) {
            System.setProperty(TAKE_REQUESTS, "false");
        }
        if (Standalone.decide(settings.given()) == Standalone.Mode.CLUSTER) {
            return () -> {};
        }
        StandaloneServices services = StandaloneServices.start(settings.standalone());
        services.settings().forEach(System::setProperty);
        return services::close;
    }

    /** The application calls this handler when it has stopped, or could not start; by its end the process has ended. */
    private static void onExit(Runnable cleanUp) {
        BiConsumer<Integer, Throwable> exit = ApplicationLifecycleManager.getDefaultExitCodeHandler();
        ApplicationLifecycleManager.setDefaultExitCodeHandler((code, failure) -> {
            cleanUp.run();
            // A start that a signal ended has failed; what it ends with is the signal's.
            exit.accept(Signals.asked().orElse(code), failure);
        });
    }

    /**
     * Keeps the process alive after a signal until the servers have stopped, while the application's own hook stops the
     * application. A JVM that shuts down interrupts no thread.
     */
    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
