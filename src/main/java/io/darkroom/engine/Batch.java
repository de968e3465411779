package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Rows of one or more jobs that go to the denoiser in one call. What they must agree on is the model and every dimension
 * but the batch, and the time where the graph takes one for all; prompts, seeds, guidance, samplers and progress may
 * differ.
 */
record Batch(Pipeline pipeline, List<Member> members) {
    /** One picture with the rows it wants. */
    record Member(Flight flight, Flight.Picture picture, List<Denoiser.Row> rows) {}

    /**
     * All that could share a call with the first job that waits for the denoiser: its own pictures first, then those of
     * others that fit, in their order.
     *
     * @param flights the jobs on the device, the most urgent first; at least one has a picture to sample
     */
    static Batch around(List<Flight> flights) {
        Flight first = flights.stream()
                .filter(f -> !f.sampling().isEmpty())
                .findFirst()
                .orElseThrow();
        Flight.Wanted head = first.sampling().get(0).wanted(first.pipeline);
        List<Member> members = new ArrayList<>();
        List<Flight> candidates = first.alone()
                ? List.of(first)
                : flights.stream().filter(f -> f == first || !f.alone()).toList();
        for (Flight flight : withFirst(first, candidates)) {
            for (Flight.Picture picture : flight.sampling()) {
                Flight.Wanted wanted = picture.wanted(flight.pipeline);
                if (fits(wanted, head)) {
                    members.add(new Member(flight, picture, wanted.rows()));
                }
            }
        }
        return new Batch(first.pipeline, members);
    }

    private static boolean fits(Flight.Wanted wanted, Flight.Wanted head) {
        return wanted.shape().equals(head.shape())
                && (head.shape().pipeline().timePerRow()
                        || wanted.rows().get(0).time() == head.rows().get(0).time());
    }

    /** What all rows are like. */
    Shape shape() {
        return members.get(0).picture().wanted(pipeline).shape();
    }

    /** Each member's rows and worth. */
    List<RowChoice.Candidate> candidates() {
        return members.stream()
                .map(m -> new RowChoice.Candidate(m.rows().size(), m.flight().worth()))
                .toList();
    }

    /**
     * The first members alone, in the order in which their jobs came: from call to call most of them stay where they were,
     * and their prompts with them.
     */
    Batch first(int count) {
        return new Batch(
                pipeline,
                members.subList(0, count).stream()
                        .sorted(Comparator.comparingLong(
                                        (Member m) -> m.flight().work.arrival())
                                .thenComparingInt(m -> m.picture().number))
                        .toList());
    }

    private static List<Flight> withFirst(Flight first, List<Flight> others) {
        List<Flight> ordered = new ArrayList<>(List.of(first));
        others.stream().filter(f -> f != first).forEach(ordered::add);
        return ordered;
    }

    /** All rows, in the order of the members. */
    List<Denoiser.Row> rows() {
        return members.stream().flatMap(m -> m.rows().stream()).toList();
    }

    /** The jobs that have a share, each once. */
    List<Flight> flights() {
        return members.stream().map(Member::flight).distinct().toList();
    }

    /** Without the rows of jobs that are not among these. */
    Batch of(Collection<Flight> flights) {
        return new Batch(
                pipeline,
                members.stream().filter(m -> flights.contains(m.flight())).toList());
    }

    /** The same rows in two batches. */
    List<Batch> halves() {
        int middle = members.size() / 2;
        return List.of(
                new Batch(pipeline, members.subList(0, middle)),
                new Batch(pipeline, members.subList(middle, members.size())));
    }

    /** The same rows, each job's in a batch of its own. */
    List<Batch> byFlight() {
        return flights().stream()
                .map(f -> new Batch(
                        pipeline, members.stream().filter(m -> m.flight() == f).toList()))
                .toList();
    }
}
