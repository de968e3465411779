package io.darkroom.engine;

import io.darkroom.image.LatentColours;
import io.darkroom.image.Preview;
import io.darkroom.job.Bytes;
import io.darkroom.job.Renderer;
import io.darkroom.job.Renderer.Step;
import io.darkroom.model.DeviceException;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Previews of the jobs that ask for them. A model's map from latents to colours is made when its first such job comes,
 * from a few latents that its own decoder is given, and gets better with each picture that the model finishes.
 *
 * <p>Owned by the device's thread. Writing and learning have a thread of their own with little room before it: what does
 * not fit is left out, so that a preview holds up neither the device nor a finished picture.
 */
final class Previews implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Previews.class);
    private static final String MEDIA_TYPE = "image/jpeg";
    private static final int ROOM = 16;
    /** Latents that a map is first made from, at least, as far as {@link #MOST_DECODED} pictures give them. */
    private static final int LATENTS = 2048;

    private static final int MOST_DECODED = 4;
    private static final long SEED = 20;
    /** Of all samples together, against a finished picture's 1. */
    private static final double WEIGHT = 1;

    /** A model's map. Fitted before it is used; from then on the previews' thread alone replaces it. */
    private static final class ModelMap {
        private volatile LatentColours colours;

        ModelMap(int channels) {
            colours = LatentColours.of(channels);
        }
    }

    private final Flights flights;
    private final BatchSizes sizes;
    private final CallMeter meter;
    private final ThreadPoolExecutor beside;
    /** By identity; forgotten with the model. */
    private final Map<Pipeline, ModelMap> maps = new WeakHashMap<>();

    Previews(String device, Flights flights, BatchSizes sizes, CallMeter meter) {
        this.flights = flights;
        this.sizes = sizes;
        this.meter = meter;
        this.beside = new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(ROOM), work -> {
            Thread thread = new Thread(work, "preview-" + device.replace(':', '-'));
            thread.setDaemon(true);
            return thread;
        });
        beside.allowCoreThreadTimeOut(true);
    }

    /**
     * Tells a job's listener of a step, with a preview where one is due; then it is told a little later.
     *
     * @param step without a preview
     */
    void tell(Flight flight, Step step) {
        Renderer.Listener listener = flight.work.listener();
        Flight.Picture picture = due(flight);
        Tensor estimate = picture == null ? null : picture.sampling.estimate();
        if (picture == null || estimate == null || !Finite.all(estimate)) {
            listener.progress(step);
            return;
        }
        ModelMap map = map(flight, picture, estimate.shape());
        Plan plan = flight.plans.get(picture.plan);
        int longest = Math.max(plan.width(), plan.height());
        if (map.colours.isBlank()
                || !tried(() -> listener.progress(step.withPreview(preview(map.colours, estimate, longest))))) {
            listener.progress(step);
        }
    }

    /** Of several pictures it is always the first that was still under way, every so many of its own steps. */
    private static Flight.@Nullable Picture due(Flight flight) {
        Integer every = flight.work.job().request().previewEvery();
        if (every == null) {
            return null;
        }
        Flight.Picture due = null;
        for (Flight.Picture picture : flight.pictures()) {
            int step = picture.sampling.step();
            if (picture.toldStep < picture.sampling.steps()) {
                due = step > picture.toldStep && step % every == 0 ? picture : null;
                break;
            }
        }
        flight.pictures().forEach(p -> p.toldStep = p.sampling.step());
        return due;
    }

    private static Renderer.Preview preview(LatentColours map, Tensor estimate, int longest) {
        return new Renderer.Preview(MEDIA_TYPE, Bytes.of(Preview.jpeg(map.apply(estimate), longest)));
    }

    /** The map of the job's model. Where it is made now, that is this job's time on the device. */
    private ModelMap map(Flight flight, Flight.Picture picture, int[] shape) {
        ModelMap known = maps.get(flight.pipeline);
        if (known == null) {
            known = new ModelMap(shape[0]);
            maps.put(flight.pipeline, known);
            meter.take();
            try {
                Shape call = flight.decoding(picture);
                sizes.require(call);
                known.colours =
                        fitted(latents -> sizes.call(call, 1, meter, () -> flight.pipeline.decode(latents)), shape);
            } catch (DeviceException e) {
                if (flights.breaks(e)) {
                    throw e;
                }
                LOG.warnf(
                        "%s: no previews before its first picture is finished: %s",
                        flight.pipeline.description().folder().name(), e.getMessage());
            }
            flight.clock.device((double) meter.take());
        }
        return known;
    }

    /** Decodes one by one, latents of the job's own size: a call that the job makes anyway, and one that fits. */
    static LatentColours fitted(UnaryOperator<List<Tensor>> decoder, int[] shape) {
        int count = Math.max(1, Math.min(MOST_DECODED, LATENTS / (shape[1] * shape[2])));
        LatentColours colours = LatentColours.of(shape[0]);
        for (Tensor latents : SampleLatents.of(shape, count, new Random(SEED))) {
            Tensor pixels = decoder.apply(List.of(latents)).get(0);
            if (Finite.all(pixels)) {
                colours = colours.with(latents, pixels, WEIGHT / count);
            }
        }
        return colours;
    }

    /** Learns from what a model has finished, where it has a map. */
    void learn(Pipeline pipeline, Tensor latents, Tensor pixels) {
        ModelMap map = maps.get(pipeline);
        if (map == null) {
            return;
        }
        if (!tried(() -> map.colours = map.colours.with(latents, pixels, 1))) {
            LOG.trace("one picture less to learn from");
        }
    }

    /** Whether there was room for it. */
    private boolean tried(Runnable work) {
        try {
            beside.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        beside.shutdownNow();
    }
}
