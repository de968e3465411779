package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.pipeline.ArgumentsException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The jobs on the device, and what becomes of them where something goes wrong: every failure of a job's work is classified
 * here, once. Owned by the device's thread.
 */
final class Flights {
    private static final Logger LOG = Logger.getLogger(Flights.class);

    private final List<Flight> all = new ArrayList<>();
    private final boolean fragile;
    private final Consumer<Throwable> broken;
    private final LongSupplier nanoTime;
    private boolean closing;

    /**
     * @param fragile whether an error of the device leaves it unusable
     * @param broken is told when it has
     * @param nanoTime a clock that only goes forward
     */
    Flights(boolean fragile, Consumer<Throwable> broken, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.fragile = fragile;
        this.broken = broken;
    }

    /** The time in nanoseconds, of a clock that only goes forward. */
    long now() {
        return nanoTime.getAsLong();
    }

    /** The jobs themselves, to be sorted in place. */
    List<Flight> all() {
        return all;
    }

    boolean contains(Flight flight) {
        return all.contains(flight);
    }

    void add(Flight flight) {
        all.add(flight);
    }

    /** Whether nothing more is to be begun. */
    boolean closing() {
        return closing;
    }

    void close() {
        closing = true;
    }

    /** Whether an error leaves the device unusable: want of memory never does. */
    boolean breaks(DeviceException error) {
        return fragile && !(error instanceof DeviceMemoryException);
    }

    /** Nothing more is tried on the device. */
    void broken(Throwable cause) {
        closing = true;
        broken.accept(cause);
    }

    /** Runs work for some jobs; what goes wrong is classified here, and ends those jobs on this device. */
    void guarded(List<Flight> concerned, Runnable work) {
        try {
            work.run();
        } catch (NonFiniteException e) {
            fail(concerned, new Failure(Failure.Code.NON_FINITE_OUTPUT, String.valueOf(e.getMessage())));
        } catch (DeviceMemoryException e) {
            fail(concerned, new Failure(Failure.Code.OUT_OF_MEMORY, String.valueOf(e.getMessage())));
        } catch (DeviceException e) {
            if (breaks(e)) {
                broken(e);
            } else {
                fail(concerned, new Failure(Failure.Code.INTERNAL, "the device: " + e.getMessage()));
            }
        } catch (ModelUnavailableException e) {
            // Files that are being exchanged: another try may find them whole.
            SurroundingsException cause = new SurroundingsException(String.valueOf(e.getMessage()), e);
            end(concerned, listener -> listener.faulted(cause));
        } catch (ArgumentsException e) {
            fail(concerned, Failure.of(Arguing.problems(e)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: unexpected", concerned.get(0).work.job().key().name());
            fail(concerned, new Failure(Failure.Code.INTERNAL, "unexpected: " + e));
        }
    }

    /**
     * Asks samplers and guidance of all pictures under way for the rows they want next. From then on these are known: one
     * that fails at it ends its own job, and no other.
     */
    void want() {
        List.copyOf(all).forEach(flight -> guarded(List.of(flight), flight::want));
    }

    private void fail(List<Flight> concerned, Failure failure) {
        end(concerned, listener -> listener.failed(failure));
    }

    private void end(List<Flight> concerned, Consumer<Renderer.Listener> tell) {
        for (Flight flight : concerned) {
            if (all.contains(flight)) {
                land(flight);
                tell.accept(flight.work.listener());
            }
        }
    }

    /** The job is over on this device. */
    void land(Flight flight) {
        if (all.remove(flight)) {
            flight.close();
        }
    }
}
