package io.darkroom.job;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times as RFC 3339 writes them (section 5.6, {@code date-time}), which is neither all of ISO 8601 nor what
 * {@code OffsetDateTime} reads: seconds and the offset's minutes are always there, an offset goes up to 23:59, letters may be
 * small, a fraction has any number of digits, and a second may be a leap second.
 */
public final class Rfc3339 {
    private static final Pattern DATE_TIME = Pattern.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]"
            + "([0-9]{2}):([0-9]{2}):([0-5][0-9]|60)(?:\\.([0-9]+))?"
            + "(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))");
    /** Digits of a fraction that an instant holds. */
    private static final int NANO_DIGITS = 9;

    private static final int LEAP = 60;

    private Rfc3339() {}

    /**
     * The instant of a time; what is below a nanosecond is cut off, and a leap second is the second after it. Null where
     * the text is no such time.
     */
    public static @Nullable Instant parse(String text) {
        Matcher m = DATE_TIME.matcher(text);
        if (!m.matches()) {
            return null;
        }
        int second = number(m, 6);
        try {
            LocalDateTime local = LocalDateTime.of(
                    number(m, 1), number(m, 2), number(m, 3), number(m, 4), number(m, 5), Math.min(second, LEAP - 1));
            LocalDateTime utc = local.minusSeconds(offset(m));
            if (second < LEAP) {
                return utc.toInstant(ZoneOffset.UTC).plusNanos(nanos(m.group(7)));
            }
            return beforeLeap(utc) ? utc.plusSeconds(1).toInstant(ZoneOffset.UTC) : null;
        } catch (DateTimeException e) {
            return null; // a date or a time of day that there is not
        }
    }

    /** Leap seconds come at the end of a month in UTC (section 5.7), wherever their time is written. */
    private static boolean beforeLeap(LocalDateTime utc) {
        LocalDateTime next = utc.plusSeconds(1);
        return next.getDayOfMonth() == 1 && next.toLocalTime().toSecondOfDay() == 0;
    }

    private static int offset(Matcher m) {
        if (m.group(8) == null) {
            return 0;
        }
        int seconds = (number(m, 9) * 60 + number(m, 10)) * 60;
        return m.group(8).equals("-") ? -seconds : seconds;
    }

    private static int nanos(@Nullable String fraction) {
        if (fraction == null) {
            return 0;
        }
        String digits = fraction.length() < NANO_DIGITS
                ? fraction + "0".repeat(NANO_DIGITS - fraction.length())
                : fraction.substring(0, NANO_DIGITS);
        return Integer.parseInt(digits);
    }

    private static int number(Matcher m, int group) {
        return Integer.parseInt(m.group(group));
    }
}
