package io.darkroom.job.simulation;

/** A schedule in words. */
final class Trace {
    private static final int LONGEST = 160;

    private Trace() {}

    /** An action or an event with its name, on one line. */
    static String brief(Object what) {
        String text = what.toString();
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return what.getClass().getSimpleName() + " " + shown.replace('\n', ' ');
    }
}
