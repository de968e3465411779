package io.darkroom.training.export;

/** IEEE 754's float16, which Java 17 does not know. */
final class Halves {
    private static final float LARGEST = 65504;

    private Halves() {}

    /**
     * The nearest float16's bits; of two as near, the even one.
     *
     * @throws IllegalArgumentException where it is not finite, or too large
     */
    static short bits(float value) {
        if (!(Math.abs(value) <= LARGEST)) {
            throw new IllegalArgumentException(value + " has no float16; accepted are numbers from -65504 to 65504");
        }
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (magnitude < 0x1p-14f) {
            // Multiples of 2^-24; rint goes to the even one.
            return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
        }
        int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
        return (short) (sign | (rounded >>> 13) - (112 << 10));
    }

    /** The number that bits stand for. */
    static float value(short bits) {
        int exponent = bits >>> 10 & 31;
        int fraction = bits & 1023;
        float magnitude =
                exponent == 0 ? fraction * 0x1p-24f : Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
        return bits < 0 ? -magnitude : magnitude;
    }

    /** Each rounded to the nearest float16. */
    static float[] rounded(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = value(bits(values[i]));
        }
        return rounded;
    }
}
