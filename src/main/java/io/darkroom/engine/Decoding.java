package io.darkroom.engine;

import io.darkroom.pipeline.Pipeline;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Pictures of one or more jobs, of one model and size, that go to the decoder in one call. */
record Decoding(Pipeline pipeline, Shape shape, List<Member> members) {
    /** One picture. */
    record Member(Flight flight, Flight.Picture picture) {}

    /** All that could share a call with a job's pictures: its own first, then others' in their order. */
    static Decoding around(Flight first, List<Flight> flights) {
        Shape shape = first.decoding(first.decodable().get(0));
        List<Member> members = new ArrayList<>();
        add(first, shape, members);
        if (!first.alone()) {
            flights.stream().filter(f -> f != first && !f.alone()).forEach(f -> add(f, shape, members));
        }
        return new Decoding(first.pipeline, shape, members);
    }

    private static void add(Flight flight, Shape shape, List<Member> members) {
        flight.decodable().stream()
                .filter(p -> flight.decoding(p).equals(shape))
                .forEach(p -> members.add(new Member(flight, p)));
    }

    /** Each picture's worth: its part of its job's. */
    List<RowChoice.Candidate> candidates() {
        return members.stream()
                .map(m -> new RowChoice.Candidate(
                        1,
                        m.flight().worth()
                                * Math.max(1, m.flight().steps())
                                / m.flight().pictures().size()))
                .toList();
    }

    List<Tensor> latents() {
        return members.stream().map(m -> m.picture().sampling.latents()).toList();
    }

    /** The jobs that have a share, each once. */
    List<Flight> flights() {
        return members.stream().map(Member::flight).distinct().toList();
    }

    Decoding first(int count) {
        return new Decoding(pipeline, shape, members.subList(0, count));
    }

    /** Without the pictures of jobs that are not among these, and without those that are decoded. */
    Decoding of(Collection<Flight> flights) {
        return new Decoding(
                pipeline,
                shape,
                members.stream()
                        .filter(m -> flights.contains(m.flight()) && m.picture().decodable())
                        .toList());
    }

    /** The same pictures in two calls. */
    List<Decoding> halves() {
        int middle = members.size() / 2;
        return List.of(
                new Decoding(pipeline, shape, members.subList(0, middle)),
                new Decoding(pipeline, shape, members.subList(middle, members.size())));
    }

    /** The same pictures, each job's in a call of its own. */
    List<Decoding> byFlight() {
        return flights().stream()
                .map(f -> new Decoding(
                        pipeline,
                        shape,
                        members.stream().filter(m -> m.flight() == f).toList()))
                .toList();
    }
}
