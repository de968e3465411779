package io.darkroom.worker;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/** A progress bar for somebody who watches: one line, drawn over and over. Nothing where the output is piped. */
final class TerminalBar {
    private static final int WIDTH = 24;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private final boolean watched;
    private boolean drawn;

    /** @param watched whether a person looks at {@code out} */
    TerminalBar(PrintStream out, boolean watched) {
        this.out = out;
        this.watched = watched;
    }

    /** Whether the process's output goes to a terminal. From Java 22 on a console is there without one, and says so. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean isWatched() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true; // older than that: where there is a console, there is a terminal
        }
    }

    synchronized void draw(String job, int step, int steps, long etaMs) {
        if (!watched || steps == 0) {
            return;
        }
        int filled = WIDTH * step / steps;
        String left = etaMs < 0 ? "" : String.format(Locale.ROOT, "  %.1f s left", etaMs / 1000.0);
        out.print(CLEAR + "  " + "█".repeat(filled) + "░".repeat(WIDTH - filled) + "  " + step + "/" + steps + left
                + "  " + job);
        out.flush();
        drawn = true;
    }

    /** Takes the bar away, so that a log line can come. */
    synchronized void clear() {
        if (drawn) {
            out.print(CLEAR);
            out.flush();
            drawn = false;
        }
    }
}
