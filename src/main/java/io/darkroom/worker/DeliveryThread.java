package io.darkroom.worker;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread to which all deliveries belong.
 *
 * @param executor of one thread
 * @param afterwards is done after each piece of work
 */
record DeliveryThread(ScheduledExecutorService executor, Runnable afterwards) {
    private static final System.Logger LOG = System.getLogger(DeliveryThread.class.getName());

    /** Does something after a while; null where the thread has ended: then it is another worker's to do. */
    @Nullable
    Future<?> later(Duration wait, Runnable work) {
        try {
            return executor.schedule(() -> guarded(work), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Does something now; false where the thread has ended. */
    boolean post(Runnable work) {
        try {
            executor.execute(() -> guarded(work));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
            afterwards.run();
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "a bug in the delivery", e);
        }
    }
}
