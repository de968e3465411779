package io.darkroom.crash;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** Where a worker is killed. */
public record KillPoint(Effect effect, Moment moment) implements Comparable<KillPoint> {
    private static final Comparator<KillPoint> ORDER =
            Comparator.comparing(KillPoint::effect).thenComparing(KillPoint::moment);

    /** On which side of an effect. */
    public enum Moment {
        /** The proxy holds what is to have the effect, and never passes it on. */
        BEFORE,
        /**
         * The effect is there. Where it takes an answer to know that (a create, a commit), the proxy holds the answer and
         * never passes it on.
         */
        AFTER
    }

    /** Some effects, each before and after. */
    static Stream<KillPoint> around(Collection<Effect> effects) {
        return effects.stream()
                .flatMap(effect -> Arrays.stream(Moment.values()).map(moment -> new KillPoint(effect, moment)));
    }

    /** Part of a job's id. */
    String slug() {
        return toString().replace(' ', '-').replace('_', '-');
    }

    /** In the order in which a job comes to them. */
    @Override
    public int compareTo(KillPoint other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return (moment + " " + effect).toLowerCase(Locale.ROOT);
    }
}
