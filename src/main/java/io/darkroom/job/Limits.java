package io.darkroom.job;

/**
 * What a request may ask for at most. Each is configurable ({@code darkroom.limits.*}).
 *
 * @param requestBytes bytes of a request's record value
 * @param promptBytes bytes of each prompt, as UTF-8
 * @param pixels width times height of one picture
 * @param steps steps, also the length of an explicit schedule
 * @param pictures pictures a request
 * @param sweep pictures of a sweep
 * @param pixelSteps of all pictures of a request: width times height times the model's evaluations; {@link Long#MAX_VALUE}
 *     for any number
 * @param inputBytes bytes of an input image's file
 * @param inputPixels pixels of an input image
 * @param deadLetterBytes bytes of a value that the dead-letter topic still takes; a longer one stays where it is
 */
public record Limits(
        int requestBytes,
        int promptBytes,
        long pixels,
        int steps,
        int pictures,
        int sweep,
        long pixelSteps,
        long inputBytes,
        long inputPixels,
        int deadLetterBytes) {
    private static final int MI = 1 << 20;

    /** As shipped. */
    public static final Limits DEFAULTS =
            new Limits(MI, 8 << 10, 4L * MI, 1000, 16, 64, Long.MAX_VALUE, 32L * MI, 32_000_000, 2 * MI);

    public Limits {
        positive("request-bytes", requestBytes);
        positive("prompt-bytes", promptBytes);
        positive("pixels", pixels);
        positive("steps", steps);
        positive("pictures", pictures);
        positive("sweep", sweep);
        positive("pixel-steps", pixelSteps);
        positive("input-bytes", inputBytes);
        positive("input-pixels", inputPixels);
        positive("dead-letter-bytes", deadLetterBytes);
    }

    /** The same with another limit of a request's bytes. */
    public Limits withRequestBytes(int bytes) {
        return new Limits(
                bytes,
                promptBytes,
                pixels,
                steps,
                pictures,
                sweep,
                pixelSteps,
                inputBytes,
                inputPixels,
                deadLetterBytes);
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("darkroom.limits." + name + " is " + value + "; it must be at least 1");
        }
    }
}
