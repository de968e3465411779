package io.darkroom.crash;

import io.darkroom.crash.KillPoint.Moment;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Passes S3 requests on one by one, byte for byte: a signature covers the {@code Host} header, and the server checks it
 * over the one that it is sent.
 */
public final class StoreProxy extends TcpProxy {
    private static final String FULL_BODY =
            "<?xml version=\"1.0\"?><Error><Code>XMinioStorageFull</Code><Message>no room is left</Message></Error>";
    private static final byte[] FULL = ("HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\n"
                    + "Content-Length: " + FULL_BODY.length() + "\r\n\r\n" + FULL_BODY)
            .getBytes(StandardCharsets.US_ASCII);

    private static final Pattern CREATE =
            Pattern.compile("PUT /[^/]+/(?:\\.darkroom/jobs|renders)/([^/]+)/([^ ?]+) .*");

    private static final Pattern READ = Pattern.compile("GET /[^/]+/\\.darkroom/jobs/([^/]+)/([^ ?]+) .*");
    private static final Pattern GOOD = Pattern.compile("HTTP/1\\.1 200 .*");

    private static final Pattern ATTEMPT = Pattern.compile("attempt-\\d+");

    private final Witness witness;
    private volatile boolean full;

    public StoreProxy(int serverPort, Witness witness) {
        super("store-proxy", serverPort);
        this.witness = witness;
    }

    /** Whether the store's disk is full from now on: it takes nothing, and says so. */
    public void full(boolean now) {
        full = now;
    }

    @Override
    void serve(Socket worker, Socket server) throws IOException {
        InputStream fromWorker = new BufferedInputStream(worker.getInputStream());
        InputStream fromServer = new BufferedInputStream(server.getInputStream());
        OutputStream toServer = toServer(server);
        OutputStream toWorker = toWorker(worker);
        for (HttpMessage request = HttpMessage.request(fromWorker);
                request != null;
                request = HttpMessage.request(fromWorker)) {
            if (springs(request, Moment.BEFORE)) {
                return;
            }
            if (full && request.firstLine().startsWith("PUT ")) {
                toWorker.write(FULL);
                continue;
            }
            toServer.write(request.bytes());
            HttpMessage answer = HttpMessage.answer(fromServer, request);
            if (answer == null || (good(answer) && springs(request, Moment.AFTER))) {
                return;
            }
            Matcher read = READ.matcher(request.firstLine());
            if (read.matches() && good(answer)) {
                witness.read(read.group(1), read.group(2));
            }
            toWorker.write(answer.bytes());
        }
    }

    /** Whether it had the effect that was asked for: a create that is refused has none. */
    private static boolean good(HttpMessage answer) {
        return GOOD.matcher(answer.firstLine()).matches();
    }

    private boolean springs(HttpMessage request, Moment moment) {
        Matcher create = CREATE.matcher(request.firstLine());
        if (!create.matches()) {
            return false;
        }
        Effect effect = effect(create.group(2));
        return effect != null && witness.springs(effect, moment, Set.of(create.group(1)));
    }

    private static @Nullable Effect effect(String object) {
        if (ATTEMPT.matcher(object).matches()) {
            return Effect.ATTEMPT;
        }
        return switch (object) {
            case "0.png" -> Effect.FIRST_PICTURE;
            case "1.png" -> Effect.SECOND_PICTURE;
            case "result.json" -> Effect.RESULT;
            case "outcome" -> Effect.OUTCOME;
            default -> null;
        };
    }
}
