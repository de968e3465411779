package io.darkroom.worker;

import io.darkroom.job.Announcer;
import io.darkroom.job.Assignment;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Renderer;
import io.darkroom.job.TerminalEvent;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Does what a delivery wants, through the ports, and gives the answer back. Never blocks its caller. */
final class Performer {
    private final ObjectStore store;
    private final StoreActions storeActions;
    private final Renderer renderer;
    private final Announcer announcer;
    private final Executor storeThreads;

    Performer(ObjectStore store, Renderer renderer, Announcer announcer, Executor storeThreads) {
        this.store = store;
        this.storeActions = new StoreActions(store);
        this.renderer = renderer;
        this.announcer = announcer;
        this.storeThreads = storeThreads;
    }

    /**
     * Does one action.
     *
     * @param listener hears of the rendering
     * @param answer is given the answer, or the fault, on any thread
     */
    void perform(Assignment a, DeliveryAction action, Renderer.Listener listener, Consumer<DeliveryEvent> answer) {
        if (action instanceof DeliveryAction.StartRender start) {
            guarded(action, answer, () -> renderer.render(start.job(), listener));
        } else if (action instanceof DeliveryAction.StopRender stop) {
            renderer.stop(stop.key());
        } else if (action instanceof DeliveryAction.SaveRender save) {
            renderer.save(save.key());
        } else if (action instanceof DeliveryAction.SendDeadLetter send) {
            guarded(
                    action,
                    answer,
                    () -> acknowledge(
                            announcer.deadLetter(send.letter()), action, new DeliveryEvent.LetterSent(), answer));
        } else if (action instanceof DeliveryAction.Announce announce) {
            announce(a, announce, answer);
        } else {
            onStoreThread(action, answer, () -> {
                DeliveryEvent event = storeActions.perform(action);
                if (event != null) {
                    answer.accept(event);
                }
            });
        }
    }

    private void announce(Assignment a, DeliveryAction.Announce action, Consumer<DeliveryEvent> answer) {
        Duration validity = presigned(a);
        if (validity == null) {
            guarded(action, answer, () -> send(a, action.event(), action, answer));
        } else {
            onStoreThread(
                    action,
                    answer,
                    () -> send(
                            a,
                            action.event()
                                    .withUrls(at -> store.presign(at, validity).toString()),
                            action,
                            answer));
        }
    }

    private void send(Assignment a, TerminalEvent event, DeliveryAction action, Consumer<DeliveryEvent> answer) {
        acknowledge(
                announcer.announce(event, a.trace(), a.record().source()),
                action,
                new DeliveryEvent.Announced(),
                answer);
    }

    private static void acknowledge(
            CompletionStage<?> sent, DeliveryAction action, DeliveryEvent done, Consumer<DeliveryEvent> answer) {
        sent.whenComplete(
                (ok, fault) -> answer.accept(fault == null ? done : new DeliveryEvent.Faulted(action, reason(fault))));
    }

    private void onStoreThread(DeliveryAction action, Consumer<DeliveryEvent> answer, Runnable work) {
        try {
            storeThreads.execute(() -> guarded(action, answer, work));
        } catch (RejectedExecutionException e) {
            // The worker is closing: nobody waits for the answer.
        }
    }

    private static void guarded(DeliveryAction action, Consumer<DeliveryEvent> answer, Runnable work) {
        try {
            work.run();
        } catch (LocationRefusedException e) {
            answer.accept(new DeliveryEvent.Refused(action, reason(e)));
        } catch (Throwable e) {
            // An Error too (no memory for a large object): without an answer the job would hang for as long as the
            // worker
            // lives.
            answer.accept(new DeliveryEvent.Faulted(action, reason(e)));
        }
    }

    private static @Nullable Duration presigned(Assignment a) {
        Integer seconds = a.request() instanceof ParsedRequest.Valid valid
                ? valid.request().output().presignSeconds()
                : null;
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    static String reason(Throwable fault) {
        String message = fault.getMessage();
        return message == null ? fault.getClass().getName() : message;
    }
}
