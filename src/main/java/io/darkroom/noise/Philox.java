package io.darkroom.noise;

/** Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3") and cuRAND's normals from it. */
final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long MASK = 0xFFFFFFFFL;

    private Philox() {}

    /** Four 32-bit numbers of a counter (four words) under a key (two words). */
    static int[] block(int c0, int c1, int c2, int c3, int key0, int key1) {
        int a = c0;
        int b = c1;
        int c = c2;
        int d = c3;
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * (a & MASK);
            long p1 = MULTIPLIER_1 * (c & MASK);
            a = (int) (p1 >>> 32) ^ b ^ k0;
            b = (int) p1;
            c = (int) (p0 >>> 32) ^ d ^ k1;
            d = (int) p0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return new int[] {a, b, c, d};
    }

    /** curand_normal4 of a thread: two pairs by Box and Muller, the sine first. */
    static void normals(long seed, long counter, long thread, float[] out) {
        int[] bits = block((int) counter, (int) (counter >>> 32), (int) thread, (int) (thread >>> 32), (int) seed, (int)
                (seed >>> 32));
        pair(bits[0], bits[1], out, 0);
        pair(bits[2], bits[3], out, 2);
    }

    private static void pair(int x, int y, float[] out, int at) {
        float u = (float) (x & MASK) * 0x1p-32f + 0x1p-33f;
        float v = (float) (y & MASK) * (float) (0x1p-32 * 2 * Math.PI) + (float) (0x1p-33 * 2 * Math.PI);
        float s = (float) Math.sqrt(-2 * (float) StrictMath.log(u));
        out[at] = s * (float) StrictMath.sin(v);
        out[at + 1] = s * (float) StrictMath.cos(v);
    }
}
