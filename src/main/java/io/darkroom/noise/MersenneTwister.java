package io.darkroom.noise;

/** MT19937 (Matsumoto and Nishimura 1998), seeded with 32 bits by init_genrand. */
final class MersenneTwister {
    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int next = N;
    private long drawn;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int j = 1; j < N; j++) {
            state[j] = 1812433253 * (state[j - 1] ^ (state[j - 1] >>> 30)) + j;
        }
    }

    /** The next 32 random bits. */
    int next() {
        if (next == N) {
            twist();
        }
        int y = state[next++];
        drawn++;
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >>> 18);
    }

    /** How many numbers have been drawn. */
    long drawn() {
        return drawn;
    }

    /** Leaves out so many numbers. */
    void skip(long count) {
        for (long left = count; left > 0; ) {
            if (next == N) {
                twist();
            }
            int step = (int) Math.min(left, N - next);
            next += step;
            left -= step;
        }
        drawn += count;
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7FFFFFFF);
            state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }
        next = 0;
    }
}
