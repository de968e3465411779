package io.darkroom.crash;

import io.darkroom.crash.KillPoint.Moment;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * Passes Kafka's requests and answers on, each a length and that many bytes, and reads those that matter: the answer that
 * carries a request, terminal events, commits. Answers that tell the broker's address are changed to tell the proxy's.
 */
public final class BrokerProxy extends TcpProxy {
    private final KafkaWire wire;
    private final Witness witness;

    /** The requests that were fetched, by offset: a commit says nothing else. */
    private final ConcurrentSkipListMap<Long, String> fetched = new ConcurrentSkipListMap<>();

    /** Whose offsets went into a transaction last: its end says nothing of them. */
    private volatile Set<String> inTransaction = Set.of();

    /** @param wire reads records; the requests' topic has one partition */
    public BrokerProxy(int serverPort, KafkaWire wire, Witness witness) {
        super("broker-proxy", serverPort);
        this.wire = wire;
        this.witness = witness;
    }

    @Override
    void serve(Socket worker, Socket server) throws IOException {
        Map<Integer, Call> calls = new ConcurrentHashMap<>();
        start("answers", () -> {
            try (worker;
                    server) {
                answers(server, worker, calls);
            } catch (IOException e) {
                // One side has gone, which is the other's to notice.
            }
        });
        DataInputStream in = new DataInputStream(worker.getInputStream());
        DataOutputStream out = new DataOutputStream(toServer(server));
        while (true) {
            byte[] request = frame(in);
            Call call = call(request);
            calls.put(call.header().correlationId(), call);
            if (call.effect() != null && witness.springs(call.effect(), Moment.BEFORE, call.jobs())) {
                return;
            }
            write(out, request);
            // An event's answer is an effect of its own.
            if (call.effect() == Effect.EVENT && witness.springs(Effect.EVENT, Moment.AFTER, call.jobs())) {
                return;
            }
        }
    }

    private void answers(Socket server, Socket worker, Map<Integer, Call> calls) throws IOException {
        DataInputStream in = new DataInputStream(server.getInputStream());
        DataOutputStream out = new DataOutputStream(toWorker(worker));
        while (true) {
            byte[] answer = frame(in);
            Call call = calls.remove(ByteBuffer.wrap(answer).getInt());
            if (call == null || !answer(call, answer, out)) {
                return;
            }
        }
    }

    /** Whether the connection goes on. */
    private boolean answer(Call call, byte[] answer, DataOutputStream toWorker) throws IOException {
        if (call.effect() == Effect.COMMIT || call.effect() == Effect.OFFSET) {
            if (witness.springs(call.effect(), Moment.AFTER, call.jobs())) {
                return false;
            }
            write(toWorker, answer);
            return true;
        }
        if (call.effect() == Effect.EVENT) {
            return pass(Effect.ACKNOWLEDGEMENT, call.jobs(), answer, toWorker);
        }
        if (call.header().apiKey() == ApiKeys.FETCH) {
            Map<Long, String> requests = wire.requests((FetchResponse) response(call, answer));
            fetched.putAll(requests);
            return pass(Effect.FETCH, Set.copyOf(requests.values()), answer, toWorker);
        }
        write(
                toWorker,
                KafkaWire.tellsAddress(call.header()) ? KafkaWire.readdress(call.header(), answer, port()) : answer);
        return true;
    }

    /** An effect on the worker: before it is passed on, and after. */
    private boolean pass(Effect effect, Set<String> jobs, byte[] answer, DataOutputStream toWorker) throws IOException {
        if (witness.springs(effect, Moment.BEFORE, jobs)) {
            return false;
        }
        write(toWorker, answer);
        return !witness.springs(effect, Moment.AFTER, jobs);
    }

    /** A request on its way. */
    private record Call(RequestHeader header, @Nullable Effect effect, Set<String> jobs) {}

    private Call call(byte[] request) {
        ByteBuffer buffer = ByteBuffer.wrap(request);
        RequestHeader header = RequestHeader.parse(buffer);
        if (header.apiKey() == ApiKeys.PRODUCE) {
            Set<String> jobs = wire.terminalEvents(header, buffer);
            return new Call(header, jobs.isEmpty() ? null : Effect.EVENT, jobs);
        }
        if (header.apiKey() == ApiKeys.OFFSET_COMMIT) {
            Long offset = wire.committed(header, buffer);
            List<String> jobs = offset == null
                    ? List.of()
                    : List.copyOf(fetched.headMap(offset).values());
            return new Call(header, Effect.COMMIT, Set.copyOf(jobs));
        }
        if (header.apiKey() == ApiKeys.TXN_OFFSET_COMMIT) {
            Long offset = wire.committedInTransaction(header, buffer);
            inTransaction = offset == null
                    ? Set.of()
                    : Set.copyOf(fetched.headMap(offset).values());
            return new Call(header, Effect.OFFSET, inTransaction);
        }
        if (header.apiKey() == ApiKeys.END_TXN) {
            return new Call(header, Effect.COMMIT, inTransaction);
        }
        return new Call(header, null, Set.of());
    }

    private static AbstractResponse response(Call call, byte[] answer) {
        return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), call.header());
    }

    private static byte[] frame(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    private static void write(DataOutputStream out, byte[] frame) throws IOException {
        byte[] whole = ByteBuffer.allocate(Integer.BYTES + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
        out.write(whole);
    }
}
