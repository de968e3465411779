package io.darkroom.worker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What is logged in a category from now on, at any level. */
final class LogLines implements AutoCloseable {
    private final List<LogRecord> lines = new CopyOnWriteArrayList<>();
    private final Logger log;
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    LogLines(String category) {
        log = Logger.getLogger(category);
        log.setLevel(Level.ALL);
        log.addHandler(listener);
    }

    /** The lines at a level or above, in order. */
    List<String> atLeast(Level level) {
        return lines.stream()
                .filter(line -> line.getLevel().intValue() >= level.intValue())
                .map(LogLines::text)
                .toList();
    }

    /** As jboss-logging hands it on: with the parameters of a format beside it. */
    private static String text(LogRecord line) {
        Object[] parameters = line.getParameters();
        return parameters == null ? line.getMessage() : String.format(line.getMessage(), parameters);
    }

    @Override
    public void close() {
        log.removeHandler(listener);
        log.setLevel(null);
    }
}
