package io.darkroom.crash;

import io.darkroom.crash.KillPoint.Moment;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Passes S3 requests on one by one, byte for byte: a signature covers the {@code Host} header, and the server checks it
 * over the one that it is sent.
 */
final class StoreProxy extends TcpProxy {
    private static final Pattern CREATE =
            Pattern.compile("PUT /[^/]+/(?:\\.darkroom/jobs|renders)/([^/]+)/([^ ?]+) .*");

    private final Tripwire tripwire;

    StoreProxy(int serverPort, Tripwire tripwire) {
        super("store-proxy", serverPort);
        this.tripwire = tripwire;
    }

    @Override
    void serve(Socket worker, Socket server) throws IOException {
        InputStream fromWorker = new BufferedInputStream(worker.getInputStream());
        InputStream fromServer = new BufferedInputStream(server.getInputStream());
        OutputStream toServer = server.getOutputStream();
        OutputStream toWorker = worker.getOutputStream();
        for (HttpMessage request = HttpMessage.request(fromWorker);
                request != null;
                request = HttpMessage.request(fromWorker)) {
            if (springs(request, Moment.BEFORE)) {
                return;
            }
            toServer.write(request.bytes());
            HttpMessage answer = HttpMessage.answer(fromServer, request);
            if (answer == null || springs(request, Moment.AFTER)) {
                return;
            }
            toWorker.write(answer.bytes());
        }
    }

    private boolean springs(HttpMessage request, Moment moment) {
        Matcher create = CREATE.matcher(request.firstLine());
        if (!create.matches()) {
            return false;
        }
        Effect effect = effect(create.group(2));
        return effect != null && tripwire.springs(effect, moment, Set.of(create.group(1)));
    }

    private static @Nullable Effect effect(String object) {
        return switch (object) {
            case "attempt-1" -> Effect.ATTEMPT;
            case "0.png" -> Effect.FIRST_PICTURE;
            case "1.png" -> Effect.SECOND_PICTURE;
            case "result.json" -> Effect.RESULT;
            case "outcome" -> Effect.OUTCOME;
            default -> null;
        };
    }
}
