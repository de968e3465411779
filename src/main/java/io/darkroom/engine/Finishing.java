package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Renderer.Listener;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/** From latents to files: calls of the decoder on the device's thread, which owns this, and encoding beside it. */
final class Finishing {
    private static final Logger LOG = Logger.getLogger(Finishing.class);

    private final Flights flights;
    private final BatchSizes sizes;
    private final CallMeter meter;
    private final Previews previews;
    private final Executor encoding;

    Finishing(Flights flights, BatchSizes sizes, CallMeter meter, Previews previews, Executor encoding) {
        this.flights = flights;
        this.sizes = sizes;
        this.meter = meter;
        this.previews = previews;
        this.encoding = encoding;
    }

    /** Decodes as many as pay; jobs that are then finished leave the device. */
    void decode(Decoding all) {
        Decoding chosen = all.first(sizes.choose(all.shape(), all.candidates()));
        chosen.flights().forEach(f -> f.clock.enter("decode", System.nanoTime()));
        flights.guarded(chosen.flights(), () -> decoded(chosen));
        for (Flight flight : chosen.flights()) {
            if (flights.contains(flight)) {
                flight.clock.enter("denoise", System.nanoTime());
                if (flight.finished()) {
                    flight.clock.leave(System.nanoTime());
                    flights.guarded(List.of(flight), () -> finish(flight));
                }
            }
        }
    }

    private void decoded(Decoding whole) {
        Decoding batch = whole.of(flights.all());
        if (batch.members().isEmpty() || flights.closing()) {
            return;
        }
        List<Tensor> pixels;
        try {
            sizes.calling(batch.shape(), batch.members().size());
            meter.take();
            pixels = batch.pipeline().decode(batch.latents());
        } catch (DeviceMemoryException e) {
            sizes.full(batch.shape(), batch.members().size());
            if (batch.members().size() == 1) {
                throw new DeviceMemoryException(
                        e.getMessage() + " (not even alone: " + sizes.figures(batch.shape(), 1) + ")", e);
            }
            batch.halves().forEach(half -> flights.guarded(half.flights(), () -> decoded(half)));
            return;
        } catch (DeviceException e) {
            if (flights.fragile() || batch.flights().size() == 1) {
                throw e;
            }
            batch.byFlight().forEach(own -> flights.guarded(own.flights(), () -> decoded(own)));
            return;
        }
        double nanos = (double) meter.take();
        sizes.called(batch.shape(), pixels.size(), nanos);
        for (int i = 0; i < pixels.size(); i++) {
            Decoding.Member member = batch.members().get(i);
            Tensor own = pixels.get(i);
            member.flight().clock.device(nanos / pixels.size());
            flights.guarded(List.of(member.flight()), () -> {
                if (!Finite.all(own)) {
                    throw new NonFiniteException(
                            "the decoder's output is not finite; a float16 VAE may overflow: export it in float32");
                }
                member.picture().pixels = own;
                previews.learn(batch.pipeline(), member.picture().sampling.latents(), own);
            });
        }
    }

    /** The device is done with the job; its pictures become files beside the device's thread. */
    private void finish(Flight flight) {
        PictureFiles files = PictureFiles.of(flight);
        Listener listener = flight.work.listener();
        flights.land(flight);
        encoding.execute(() -> {
            try {
                listener.finished(files.encode());
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s: encoding failed", flight.work.job().key().name());
                listener.failed(new Failure(Failure.Code.INTERNAL, "encoding the picture failed: " + e));
            } catch (OutOfMemoryError e) {
                // Large sweeps: without an answer the job would hold its turn, and its offset, for ever.
                LOG.errorf("%s: %s", flight.work.job().key().name(), e);
                listener.failed(new Failure(Failure.Code.OUT_OF_MEMORY, "encoding the pictures: " + e.getMessage()));
            }
        });
    }
}
