package io.darkroom.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How many of those that wait go into the next call. Each evaluation brings a job nearer to its end, by one part of all
 * the evaluations that it takes; the call that is chosen brings the most of that for its seconds: jobs finished a second,
 * the urgent ones counting for more. So a batch grows where rows cost less together, as on a device that is not busy
 * with few of them, and a short job's call is not made longer by rows of long jobs, which gain little by joining it
 * (Smith's rule, weight over time; Smith 1956, Various optimizers for single-stage production).
 *
 * <p>In a crowd, that alone would be short-sighted: rows that are left out cost a call of their own later, for which all
 * the others wait as well, those too that wait for a place on the device. Then a call is at least as large as brings the
 * device near to the most rows a second, and takes all where those that are left could not fill such a call themselves. And
 * there the next larger number is tried until it is known: one measurement that came out slow, as they do where the machine
 * has other work, would make all beyond it look as slow.
 */
final class RowChoice {
    /** After so many choices a larger call than the best is tried again, for devices change. */
    private static final int AGAIN = 256;

    /** Of so many choices in a crowd... */
    private static final int CLIMB = 8;

    /** ...so many try a number of rows that is not known yet: its first call says little. */
    private static final int CLIMBING = 2;

    /** In a crowd more rows are taken where they bring nearly as much: what is measured is no more exact than that. */
    private static final double NEARLY = 0.98;

    /** Part of the most rows a second that a crowded device does at least. */
    private static final double EFFICIENT = 0.98;

    /** Part of what an evaluation of the others is worth; a job that is worth less has to wait for them. */
    private static final double ALIKE = 0.9;

    private RowChoice() {}

    /**
     * One that waits.
     *
     * @param rows how many it puts into a call
     * @param worth what its evaluation is worth, above 0
     */
    record Candidate(int rows, double worth) {}

    /**
     * How many of the first candidates to take.
     *
     * @param candidates the most urgent first; at least one
     * @param profile what calls cost
     * @param around nanoseconds that pass around a call, whatever its rows
     * @param most the largest number of rows that fits; the first candidate is taken even so
     * @param choice the number of this choice, which counts up
     * @param crowded whether many are here, or others wait for these to leave the device
     */
    static int first(
            List<Candidate> candidates, RowProfile profile, double around, int most, long choice, boolean crowded) {
        int own = candidates.get(0).rows();
        int known = profile.known();
        // One rung beyond what is known, so that trying never costs much more than what is known.
        int reach = Math.max(own, RowLadder.above(known));
        int best = 1;
        double bestRate = 0;
        int again = 0;
        int reached = 0;
        int rows = 0;
        double worth = 0;
        for (int i = 0; i < candidates.size(); i++) {
            int next = rows + candidates.get(i).rows();
            if (i > 0 && (next > most || (next > reach && rows > known))) {
                break;
            }
            rows = next;
            reached = i + 1;
            worth += candidates.get(i).worth();
            double rate = worth / (around + profile.nanos(rows));
            if (rate >= (crowded ? NEARLY : 1) * bestRate) {
                best = i + 1;
                bestRate = Math.max(bestRate, rate);
                again = 0;
            } else if (again == 0) {
                again = i + 1;
            }
        }
        if (crowded && rows > known && choice % CLIMB >= CLIMB - CLIMBING) {
            return reached;
        }
        int least = crowded ? efficient(candidates, profile, around, most, reach) : 1;
        if (choice % AGAIN == AGAIN - 1 && again > 0) {
            return Math.max(again, least);
        }
        return withAlike(candidates.subList(0, reached), Math.max(best, least), profile, around);
    }

    /**
     * A choice, and of those that follow as many as are worth the same and cost more in a call of their own than in this
     * one. Where jobs are equal, the most rows a second alone would decide by what is noise in what calls cost: half of
     * them would be left behind, or the last one, to make as many calls again.
     */
    private static int withAlike(List<Candidate> candidates, int chosen, RowProfile profile, double around) {
        int rows = rows(candidates.subList(0, chosen));
        double worth = ALIKE * worth(candidates.subList(0, chosen)) / chosen;
        double apart = profile.nanos(rows) + around;
        int best = chosen;
        int more = 0;
        for (int i = chosen; i < candidates.size(); i++) {
            Candidate next = candidates.get(i);
            if (next.worth() < worth) {
                break;
            }
            more += next.rows();
            if (profile.nanos(rows + more) <= apart + profile.nanos(more)) {
                best = i + 1;
            }
        }
        return best;
    }

    private static int rows(List<Candidate> candidates) {
        return candidates.stream().mapToInt(Candidate::rows).sum();
    }

    private static double worth(List<Candidate> candidates) {
        return candidates.stream().mapToDouble(Candidate::worth).sum();
    }

    /**
     * The fewest with which the device does nearly as many rows a second as with any number that is known to it; all, where
     * what they leave is less than that, and would be called by itself with fewer rows than pay.
     */
    private static int efficient(List<Candidate> candidates, RowProfile profile, double around, int most, int reach) {
        List<Double> rates = new ArrayList<>();
        List<Integer> sums = new ArrayList<>();
        int rows = 0;
        for (Candidate candidate : candidates) {
            rows += candidate.rows();
            if (!rates.isEmpty() && (rows > most || rows > reach)) {
                break;
            }
            rates.add(rows / (around + profile.nanos(rows)));
            sums.add(rows);
        }
        double enough = EFFICIENT * Collections.max(rates);
        int count = 1;
        while (rates.get(count - 1) < enough) {
            count++;
        }
        int every = candidates.size();
        boolean all = rates.size() == every
                && sums.get(every - 1) < 2 * sums.get(count - 1)
                && rates.get(every - 1) >= enough;
        return all ? every : count;
    }
}
