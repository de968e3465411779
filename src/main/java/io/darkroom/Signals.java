package io.darkroom;

import java.lang.reflect.Proxy;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/**
 * What SIGTERM and SIGINT do: the first one stops the application from the inside, so that it drains while everything it
 * needs is there; the second ends the process at once. Left to the JVM, a signal would run all shutdown hooks at the same
 * time, ONNX Runtime's among them: it frees its native memory under calls that are still running.
 *
 * <p>The JDK's class for signals is reached by reflection, since compilers warn of its name.
 */
final class Signals {
    private static final Logger LOG = Logger.getLogger(Signals.class);
    /** A process ended by signal n exits with 128 + n. */
    private static final int BY_SIGNAL = 128;

    /** Exit status that was asked for; 0 where none was. */
    private static final AtomicInteger ASKED = new AtomicInteger();

    private Signals() {}

    /** The exit status that a signal has asked for; empty where none came. */
    static OptionalInt asked() {
        int status = ASKED.get();
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /** @param stop begins an orderly stop, with the exit status that it is given */
    static void handle(IntConsumer stop) {
        for (String name : new String[] {"TERM", "INT"}) {
            try {
                handle(name, number -> {
                    if (!ASKED.compareAndSet(0, BY_SIGNAL + number)) {
                        Runtime.getRuntime().halt(BY_SIGNAL + number);
                    }
                    stop.accept(BY_SIGNAL + number);
                });
            } catch (ReflectiveOperationException e) {
                LOG.debugf(e, "SIG%s keeps the JVM's own behaviour", name);
            }
        }
    }

    private static void handle(String name, IntConsumer action) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object received = Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        action.accept((int) signal.getMethod("getNumber").invoke(arguments[0]));
                    }
                    return null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), received);
    }
}
