package io.darkroom.worker;

import io.darkroom.job.Failure;
import io.darkroom.job.JobKey;
import io.darkroom.job.Quote;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A device that is put to the test where it seems to be broken: three failures in a row that need not be the requests'
 * doing (one, where it has not made a picture yet), and it has to render something plain with the same model before the
 * last of them is told. Where it cannot, no job is failed for it. A broken device, or a broken model, must not fail a whole
 * topic, nor some jobs at each start. Safe for use from any thread.
 */
final class SelfTested implements Renderer {
    private static final Logger LOG = Logger.getLogger(SelfTested.class);
    private static final int SUSPICIOUS = 3;
    private static final Set<Failure.Code> NOT_THE_REQUESTS =
            Set.of(Failure.Code.INTERNAL, Failure.Code.NON_FINITE_OUTPUT);
    /** No request has this generation. */
    private static final JobKey KEY = new JobKey("self-test", Integer.MAX_VALUE);

    private record Held(Listener listener, Failure failure) {}

    private final String name;
    private final Renderer device;
    private final Function<@Nullable String, Optional<RenderRequest>> plain;
    private final Consumer<Throwable> broken;
    // Guarded by this.
    private int inARow;
    /** Whether it has made a picture in this process. */
    private boolean proven;

    private boolean testing;
    private boolean failed;
    private List<Held> held = new ArrayList<>();

    /**
     * @param name the device's
     * @param plain a request that a model, by its name (null: the default), should be able to render; empty where none is known
     * @param broken is told where the test failed: nothing more should be tried on the device
     */
    SelfTested(
            String name,
            Renderer device,
            Function<@Nullable String, Optional<RenderRequest>> plain,
            Consumer<Throwable> broken) {
        this.name = name;
        this.device = device;
        this.plain = plain;
        this.broken = broken;
    }

    @Override
    public void render(RenderJob job, Listener listener) {
        device.render(job, new Suspecting(job.request().model(), listener));
    }

    @Override
    public void stop(JobKey key) {
        device.stop(key);
    }

    @Override
    public void save(JobKey key) {
        device.save(key);
    }

    private synchronized void wellDone() {
        inARow = 0;
        proven = true;
    }

    private void failed(@Nullable String model, Listener listener, Failure failure) {
        if (!NOT_THE_REQUESTS.contains(failure.code())) {
            listener.failed(failure);
            return;
        }
        boolean begin = false;
        boolean refused;
        synchronized (this) {
            inARow++;
            refused = failed;
            // Else a broken device would fail some jobs each time that its process is started again.
            if (!failed && (testing || !proven || inARow >= SUSPICIOUS)) {
                held.add(new Held(listener, failure));
                begin = !testing;
                testing = true;
                if (!begin) {
                    return;
                }
            }
        }
        if (begin) {
            test(model, failure);
        } else if (refused) {
            refuse(listener, failure.message());
        } else {
            listener.failed(failure);
        }
    }

    private void test(@Nullable String model, Failure last) {
        Optional<RenderRequest> request = plain.apply(model);
        if (request.isEmpty()) {
            passed();
            return;
        }
        LOG.warnf("%s failed (%s): it is tested", name, Quote.logged(last.message()));
        device.render(new RenderJob(KEY, request.get(), 1), new Verdict());
    }

    private synchronized List<Held> over(boolean itFailed) {
        testing = false;
        failed = itFailed;
        inARow = 0;
        List<Held> told = held;
        held = new ArrayList<>();
        return told;
    }

    private void passed() {
        synchronized (this) {
            proven = true;
        }
        over(false).forEach(each -> each.listener().failed(each.failure()));
    }

    private static void refuse(Listener listener, String why) {
        listener.faulted(new SurroundingsException("the device's self-test failed: " + why));
    }

    /** Passes everything on but the failures. */
    private final class Suspecting extends PassingOn {
        private final @Nullable String model;

        Suspecting(@Nullable String model, Listener next) {
            super(next);
            this.model = model;
        }

        @Override
        public void finished(Rendered rendered) {
            wellDone();
            super.finished(rendered);
        }

        @Override
        public void failed(Failure failure) {
            SelfTested.this.failed(model, next, failure);
        }
    }

    /** Hears how the test goes. */
    private final class Verdict implements Listener {
        @Override
        public void started(String model, int steps) {}

        @Override
        public void progress(Step step) {}

        @Override
        public void finished(Rendered rendered) {
            LOG.infof("%s passed its test with %s: the jobs are at fault", name, rendered.model());
            passed();
        }

        @Override
        public void failed(Failure failure) {
            if (!NOT_THE_REQUESTS.contains(failure.code())) {
                LOG.warnf("%s could not be tested: %s", name, Quote.logged(failure.message()));
                passed();
                return;
            }
            over(true).forEach(each -> refuse(each.listener(), failure.message()));
            broken.accept(new IllegalStateException("the self-test failed: " + failure.message()));
        }

        @Override
        public void faulted(SurroundingsException cause) {
            // The model's files are gone, for example: the jobs are tried again.
            over(false).forEach(each -> each.listener().faulted(cause));
        }
    }
}
