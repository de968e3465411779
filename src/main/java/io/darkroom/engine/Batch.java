package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows of one or more jobs that go to the denoiser in one call. What they must agree on is the model and every dimension
 * but the batch, and the time where the graph takes one for all; prompts, seeds, guidance, samplers and progress may
 * differ.
 */
record Batch(Pipeline pipeline, List<Member> members) {
    /** One picture with the rows it wants. */
    record Member(Flight flight, Flight.Picture picture, List<Denoiser.Row> rows) {}

    /** What the rows of a call agree on. */
    private record Fit(Pipeline pipeline, String shapes, double time) {
        static Fit of(Flight flight, Denoiser.Row row) {
            Map<String, String> shapes = new TreeMap<>();
            row.conditioning().tensors().forEach((name, t) -> shapes.put(name, shape(t)));
            shapes.put("", shape(row.input()));
            return new Fit(flight.pipeline, shapes.toString(), flight.pipeline.timePerRow() ? 0 : row.time());
        }

        private static String shape(Tensor tensor) {
            return Arrays.toString(tensor.shape());
        }
    }

    /**
     * The batch around the most urgent job that waits for the denoiser: its own pictures first, then those of others that
     * fit, in order of urgency.
     *
     * @param flights the jobs on the device, the most urgent first; at least one has a picture to sample
     * @param rows at most so many, but at least one picture's
     */
    static Batch around(List<Flight> flights, int rows) {
        Flight first = flights.stream()
                .filter(f -> !f.sampling().isEmpty())
                .findFirst()
                .orElseThrow();
        Fit fit = null;
        int count = 0;
        List<Member> members = new ArrayList<>();
        List<Flight> candidates = first.alone()
                ? List.of(first)
                : flights.stream().filter(f -> f == first || !f.alone()).toList();
        for (Flight flight : flights.indexOf(first) == 0 ? candidates : withFirst(first, candidates)) {
            for (Flight.Picture picture : flight.sampling()) {
                List<Denoiser.Row> wanted = picture.sampling.rows();
                Fit own = Fit.of(flight, wanted.get(0));
                if (fit == null) {
                    fit = own;
                }
                if (own.equals(fit) && (members.isEmpty() || count + wanted.size() <= rows)) {
                    members.add(new Member(flight, picture, wanted));
                    count += wanted.size();
                }
            }
        }
        return new Batch(first.pipeline, members);
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
