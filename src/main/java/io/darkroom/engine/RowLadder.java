package io.darkroom.engine;

/**
 * The numbers of rows that are tried: 1, 2, 3, 4, 6, 8, 12, 16 and so on, each about a third or a half more than the one
 * before. Few, since a new number is a new shape, for which a device may search anew for its algorithms.
 */
public final class RowLadder {
    private RowLadder() {}

    /** The first rung above a number of rows. */
    public static int above(int rows) {
        if (rows < 4) {
            return rows + 1;
        }
        int power = Integer.highestOneBit(rows);
        return rows < power + power / 2 ? power + power / 2 : 2 * power;
    }

    /** The first rung that is not below a number of rows. */
    public static int atLeast(int rows) {
        return rows < 1 ? 1 : above(rows - 1);
    }
}
