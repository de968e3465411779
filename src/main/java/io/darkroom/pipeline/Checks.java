package io.darkroom.pipeline;

import io.darkroom.sampling.SchedulerException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects everything that is wrong with a request, so that all of it is reported at once. */
final class Checks {
    private final List<Problem> problems = new ArrayList<>();
    private boolean invalid;

    /** The value is wrong. */
    void invalid(String field, String message) {
        invalid = true;
        problems.add(new Problem(field, message));
    }

    /** The value is right, but cannot be done here. */
    void unsupported(String field, String message) {
        problems.add(new Problem(field, message));
    }

    /** A whole number has to be within bounds. */
    void range(String field, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            invalid(field, value + ": a whole number from " + least + " to " + most + " is accepted");
        }
    }

    /** A number has to be within bounds, which also excludes what is no number. */
    void range(String field, @Nullable Double value, double least, double most) {
        if (value != null && !(value >= least && value <= most)) {
            invalid(field, value + ": a number from " + least + " to " + most + " is accepted");
        }
    }

    /** A number has to be finite. */
    void finite(String field, @Nullable Double value) {
        if (value != null && !Double.isFinite(value)) {
            invalid(field, value + ": a finite number is accepted");
        }
    }

    /** What a scheduler or guider says about its own fields; null where it objects. */
    <T> @Nullable T attempt(Supplier<T> step) {
        try {
            return step.get();
        } catch (SchedulerException e) {
            for (SchedulerException.Problem p : e.problems()) {
                switch (p.kind()) {
                    case INVALID -> invalid(p.field(), p.message());
                    case UNSUPPORTED -> unsupported(p.field(), p.message());
                }
            }
            return null;
        }
    }

    /** @throws ArgumentsException where anything was wrong; unsupported only where nothing was invalid */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new ArgumentsException(problems, !invalid);
        }
    }
}
