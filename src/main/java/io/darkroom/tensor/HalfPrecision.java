package io.darkroom.tensor;

/** Rounding to the 16-bit floating-point types, to nearest, ties to even. */
public final class HalfPrecision {
    private HalfPrecision() {}

    /** The nearest IEEE half (11 bits of precision, exponents from -14, subnormals, 65504 at most). */
    public static double float16(double x) {
        if (Double.isNaN(x) || x == 0) {
            return x;
        }
        int exponent = Math.max(Math.getExponent(x), -14);
        double unit = Math.scalb(1.0, exponent - 10);
        double rounded = Math.rint(x / unit) * unit;
        return Math.abs(rounded) > 65504 ? Math.copySign(Double.POSITIVE_INFINITY, x) : rounded;
    }

    /** The nearest bfloat16 (8 bits of precision, float32's exponents). */
    public static double bfloat16(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x) || x == 0) {
            return x;
        }
        int exponent = Math.max(Math.getExponent(x), -126);
        double unit = Math.scalb(1.0, exponent - 7);
        return Math.rint(x / unit) * unit;
    }

    /** The value of an IEEE half's bits; exact. */
    public static float ofFloat16(short bits) {
        int exponent = bits >>> 10 & 0x1F;
        int mantissa = bits & 0x3FF;
        float magnitude = exponent == 0x1F
                ? (mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                : exponent == 0 ? Math.scalb((float) mantissa, -24) : Math.scalb(1024f + mantissa, exponent - 25);
        return bits < 0 ? -magnitude : magnitude;
    }

    /** The value of a bfloat16's bits; exact. */
    public static float ofBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
