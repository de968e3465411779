package io.darkroom.bench.fleet;

/**
 * What a device takes, as the engine sees it: a call of r rows lasts {@code fixedMs + rowMs * r}.
 *
 * @param fixedMs of a call, however many rows
 * @param rowMs of each row
 * @param rows of a picture: two with guidance
 * @param steps calls of a picture
 * @param jobs that share calls at most
 * @param startSeconds from the decision to start a worker until it takes requests
 */
record Cost(double fixedMs, double rowMs, int rows, int steps, int jobs, int startSeconds) {
    /** Seconds of a call that so many jobs share. */
    double call(int sharing) {
        return (fixedMs + rowMs * rows * sharing) / 1e3;
    }

    /** Seconds of the device that a picture costs at the least: in full calls. */
    double least() {
        return steps * call(jobs) / jobs;
    }
}
