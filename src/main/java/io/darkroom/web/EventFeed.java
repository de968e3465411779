package io.darkroom.web;

import io.darkroom.job.EventType;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to every listener, and never waits for one. Each has a buffer; whose buffer is full is let go, and may come
 * back with the id of the last event that it has seen, to be told of what began or ended since. Thread safe.
 */
final class EventFeed {
    /**
     * An event, or a sign of life.
     *
     * @param id grows from event to event; another feed's ids are not taken for this one's
     * @param type null for a sign of life
     * @param json the event's data; empty for a sign of life
     */
    record Event(String id, @Nullable EventType type, String json) {}

    /** Who listens, and how many events wait for it. */
    private record Listener(MultiEmitter<? super Event> emitter, AtomicInteger waiting) {}

    private final String name;
    private final int buffer;
    private final int remembered;
    private final long rememberedCharacters;
    private final int mostListeners;
    private final Deque<Event> past = new ArrayDeque<>();
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private long pastCharacters;
    private long last;

    /**
     * @param name what tells this feed's ids from another's, as of the process before; without a hyphen
     * @param buffer events that wait for a slow listener at most
     * @param remembered events that a listener who comes back can be told of: fewer than its buffer holds
     * @param rememberedCharacters of their data, all together
     * @param mostListeners at the same time
     */
    EventFeed(String name, int buffer, int remembered, long rememberedCharacters, int mostListeners) {
        this.name = name;
        this.buffer = buffer;
        this.remembered = remembered;
        this.rememberedCharacters = rememberedCharacters;
        this.mostListeners = mostListeners;
    }

    /** Tells every listener. */
    synchronized void publish(EventType type, String json) {
        last++;
        Event event = new Event(name + "-" + last, type, json);
        // Where a job has come to is soon outdated.
        if (type != EventType.PROGRESS) {
            past.add(event);
            pastCharacters += json.length();
            while (past.size() > remembered || pastCharacters > rememberedCharacters) {
                pastCharacters -= past.remove().json().length();
            }
        }
        tell(event);
    }

    /** A sign of life, so that nobody on the way closes a connection for being idle. */
    synchronized void beat() {
        tell(life());
    }

    private Event life() {
        return new Event("", null, "");
    }

    private void tell(Event event) {
        // Over a copy: who is let go leaves the set.
        List.copyOf(listeners).forEach(listener -> tell(listener, event));
    }

    private void tell(Listener listener, Event event) {
        if (listener.waiting.incrementAndGet() > buffer) {
            listeners.remove(listener);
            listener.emitter.complete();
        } else {
            listener.emitter.emit(event);
        }
    }

    /** Whether there is room for one more listener. */
    synchronized boolean hasRoom() {
        return listeners.size() < mostListeners;
    }

    /**
     * Every event from now on, after a sign of life. Ends early for a listener that is too slow.
     *
     * @param after id of the last event that the listener has seen: what began or ended since comes first; null for none
     */
    Multi<Event> events(@Nullable String after) {
        return Multi.createFrom().deferred(() -> {
            AtomicInteger waiting = new AtomicInteger();
            return Multi.createFrom()
                    .<Event>emitter(emitter -> listen(new Listener(emitter, waiting), after))
                    .onItem()
                    .invoke(waiting::decrementAndGet);
        });
    }

    private synchronized void listen(Listener listener, @Nullable String after) {
        listeners.add(listener);
        listener.emitter.onTermination(() -> leave(listener));
        List<Event> first = new ArrayList<>(List.of(life()));
        long seen = number(after);
        if (seen >= 0) {
            past.stream().filter(event -> number(event.id()) > seen).forEach(first::add);
        }
        listener.waiting.addAndGet(first.size());
        first.forEach(listener.emitter::emit);
    }

    private synchronized void leave(Listener listener) {
        listeners.remove(listener);
    }

    /** Which event an id means; -1 for none of this feed's. */
    private long number(@Nullable String id) {
        if (id == null || !id.startsWith(name + "-")) {
            return -1;
        }
        String digits = id.substring(name.length() + 1);
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : -1;
    }
}
