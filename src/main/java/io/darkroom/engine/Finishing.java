package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer.Listener;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/** From latents to files: calls of the decoder on the device's thread, which owns this, and encoding beside it. */
final class Finishing {
    private static final Logger LOG = Logger.getLogger(Finishing.class);

    private final Flights flights;
    private final BatchSizes sizes;
    private final Room room;
    private final CallMeter meter;
    private final Previews previews;
    private final Executor encoding;

    Finishing(Flights flights, BatchSizes sizes, Room room, CallMeter meter, Previews previews, Executor encoding) {
        this.flights = flights;
        this.sizes = sizes;
        this.room = room;
        this.meter = meter;
        this.previews = previews;
        this.encoding = encoding;
    }

    /** Decodes as many as pay; jobs that are then finished leave the device. */
    void decode(Decoding all) {
        Decoding chosen = all.first(sizes.choose(all.shape(), all.candidates(), false));
        chosen.flights().forEach(f -> f.clock.enter("decode", flights.now()));
        flights.guarded(chosen.flights(), () -> decoded(chosen));
        for (Flight flight : chosen.flights()) {
            if (flights.contains(flight)) {
                flight.clock.enter("denoise", flights.now());
                if (flight.finished()) {
                    flight.clock.leave(flights.now());
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
        room.require(batch.shape());
        List<Tensor> pixels;
        meter.take();
        try {
            pixels = batch.members().size() > 1 ? call(batch) : room.made(() -> call(batch));
        } catch (DeviceMemoryException e) {
            if (batch.members().size() == 1) {
                throw new DeviceMemoryException(
                        e.getMessage() + " (not even alone: " + sizes.figures(batch.shape(), 1) + ")", e);
            }
            batch.halves().forEach(half -> flights.guarded(half.flights(), () -> decoded(half)));
            return;
        } catch (DeviceException e) {
            if (flights.breaks(e) || batch.flights().size() == 1) {
                throw e;
            }
            batch.byFlight().forEach(own -> flights.guarded(own.flights(), () -> decoded(own)));
            return;
        }
        double nanos = (double) meter.take();
        for (int i = 0; i < pixels.size(); i++) {
            Decoding.Member member = batch.members().get(i);
            Tensor own = pixels.get(i);
            member.flight().clock.device(nanos / pixels.size());
            flights.guarded(List.of(member.flight()), () -> {
                if (!Finite.all(own)) {
                    throw new NonFiniteException(
                            "the decoder's output is not finite; a float16 VAE may overflow: export it in float32");
                }
                hand(member, own);
                previews.learn(batch.pipeline(), member.picture().sampling.latents(), own);
            });
        }
    }

    private List<Tensor> call(Decoding batch) {
        return sizes.call(batch.shape(), batch.members().size(), meter, () -> batch.pipeline()
                .decode(batch.latents()));
    }

    private void hand(Decoding.Member member, Tensor pixels) {
        Flight.Picture picture = member.picture();
        PictureFiles.Shot shot = new PictureFiles.Shot(
                picture.plan, picture.index, picture.sampling.seed(), picture.sampling.measurements(pixels));
        member.flight().files(encoding).add(picture.number, shot, pixels);
        picture.decoded = true;
    }

    /** The device is done with the job; it ends when the last of its files is there. */
    private void finish(Flight flight) {
        CompletableFuture<Rendered> files = flight.files(encoding).all(flight.clock.millis(), flight.clock.deviceMs());
        Listener listener = flight.work.listener();
        flights.land(flight);
        var unused = files.whenComplete((rendered, fault) -> {
            if (fault == null) {
                listener.finished(rendered);
            } else {
                unencoded(flight, fault);
            }
        });
    }

    /** Without an answer the job would hold its turn, and its offset, for ever. */
    private static void unencoded(Flight flight, Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof ModelUnavailableException) {
            // Its files, of which the pictures tell the digest, are being exchanged.
            flight.work.listener().faulted(new SurroundingsException(String.valueOf(cause.getMessage()), cause));
        } else {
            flight.work.listener().failed(failure(flight, cause));
        }
    }

    private static Failure failure(Flight flight, Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            LOG.errorf("%s: %s", flight.work.job().key().name(), cause);
            return new Failure(Failure.Code.OUT_OF_MEMORY, "encoding the pictures: " + cause.getMessage());
        }
        LOG.errorf(cause, "%s: encoding failed", flight.work.job().key().name());
        return new Failure(Failure.Code.INTERNAL, "encoding the picture failed: " + cause);
    }
}
