package io.darkroom.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.EventType;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventFeedTest {
    private static final int BUFFER = 16;

    private final EventFeed feed = new EventFeed("now", BUFFER, 2, 100, 2);

    private AssertSubscriber<EventFeed.Event> listen(@Nullable String after, long asksFor) {
        return feed.events(after).subscribe().withSubscriber(AssertSubscriber.create(asksFor));
    }

    private static List<String> heard(AssertSubscriber<EventFeed.Event> listener) {
        return listener.getItems().stream()
                .map(EventFeed.Event::json)
                .filter(json -> !json.isEmpty())
                .toList();
    }

    @Test
    void everyListenerHearsEveryEventFromThenOn() {
        feed.publish(EventType.STARTED, "before");
        var one = listen(null, Long.MAX_VALUE);
        feed.publish(EventType.PROGRESS, "a");
        var other = listen(null, Long.MAX_VALUE);

        feed.publish(EventType.COMPLETED, "b");

        assertThat(heard(one)).containsExactly("a", "b");
        assertThat(heard(other)).containsExactly("b");
    }

    @Test
    void aListenerHearsAtOnceThatItIsConnected() {
        var listener = listen(null, Long.MAX_VALUE);

        assertThat(listener.getItems()).singleElement().matches(event -> event.type() == null);
    }

    @Test
    void whoComesBackIsToldWhatBeganOrEndedSince() {
        var first = listen(null, Long.MAX_VALUE);
        feed.publish(EventType.STARTED, "seen");
        String last = Objects.requireNonNull(first.getLastItem()).id();
        first.cancel();
        feed.publish(EventType.PROGRESS, "outdated");
        feed.publish(EventType.COMPLETED, "missed");

        assertThat(heard(listen(last, Long.MAX_VALUE))).containsExactly("missed");
    }

    @Test
    void onlyTheLastOnesAreRememberedAndOnlyOfThisFeed() {
        for (String event : List.of("a", "b", "c")) {
            feed.publish(EventType.COMPLETED, event);
        }

        assertThat(heard(listen("now-0", Long.MAX_VALUE))).containsExactly("b", "c");
        assertThat(heard(listen("earlier-1", Long.MAX_VALUE))).isEmpty();
        assertThat(heard(listen("now-x", Long.MAX_VALUE))).isEmpty();
    }

    @Test
    void whoIsTooSlowIsLetGoAndHoldsUpNobody() {
        var slow = listen(null, 1);
        var quick = listen(null, Long.MAX_VALUE);
        assertThat(feed.hasRoom()).isFalse();

        for (int i = 0; i < 10 * BUFFER; i++) {
            feed.publish(EventType.PROGRESS, "step " + i);
        }

        assertThat(heard(quick)).hasSize(10 * BUFFER);
        assertThat(feed.hasRoom()).isTrue();
        slow.request(Long.MAX_VALUE).assertCompleted();
        assertThat(slow.getItems()).hasSizeLessThanOrEqualTo(BUFFER + 2);
    }

    @Test
    void whatIsRememberedIsBoundedByItsSizeToo() {
        var first = listen(null, Long.MAX_VALUE);
        feed.publish(EventType.STARTED, "a");
        String seen = first.getItems().get(1).id();
        feed.publish(EventType.COMPLETED, "b".repeat(60));
        feed.publish(EventType.COMPLETED, "c".repeat(60));

        assertThat(heard(listen(seen, Long.MAX_VALUE))).containsExactly("c".repeat(60));
    }
}
