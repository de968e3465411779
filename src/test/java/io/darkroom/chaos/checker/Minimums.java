package io.darkroom.chaos.checker;

/**
 * How often the faults of a run must have struck, so that its success says something.
 *
 * @param resumes attempts that went on from a checkpoint, as far as what they told shows it
 * @param handovers attempts that ended cleanly and were taken up by another worker
 * @param staleOwners workers that were away for longer than the session, and whose jobs others took up meanwhile
 * @param poisonJobs jobs that killed their workers until they were given up
 */
public record Minimums(int resumes, int handovers, int staleOwners, int poisonJobs) {
    /** Of a whole run. */
    public static final Minimums FULL = new Minimums(20, 20, 10, 3);
}
