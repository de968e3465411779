package io.darkroom.crash;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A store that takes creates in another way than the worker wishes: the first one of each object, or all. */
final class UnwillingStore extends TcpProxy {
    /** What becomes of a create. */
    enum Mood {
        WILLING,
        /** Is too busy, the first time. */
        BUSY_ONCE,
        /** Has no room. */
        FULL,
        /** Does it, and the connection ends before the answer, the first time. */
        ANSWER_LOST_ONCE,
        /** Does it, and never answers, the first time. */
        SILENT_ONCE
    }

    private static final Pattern CREATE = Pattern.compile("PUT /[^/]+/(?:\\.darkroom/jobs|renders)/([^ ?]+) .*");

    private final Set<String> struck = ConcurrentHashMap.newKeySet();
    private volatile Mood mood = Mood.WILLING;

    UnwillingStore(int serverPort) {
        super("unwilling-store", serverPort);
    }

    /** From now on. */
    void mood(Mood now) {
        mood = now;
    }

    /** The objects that met something else than a willing store, as {@code job/object}. */
    Set<String> struck() {
        return Set.copyOf(struck);
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
            Mood met = meets(request);
            if (met == Mood.FULL) {
                toWorker.write(refusal("507 Insufficient Storage", "XMinioStorageFull"));
                continue;
            }
            if (met == Mood.BUSY_ONCE) {
                toWorker.write(refusal("503 Service Unavailable", "SlowDown"));
                continue;
            }
            toServer.write(request.bytes());
            HttpMessage answer = HttpMessage.answer(fromServer, request);
            if (met == Mood.SILENT_ONCE) {
                // Until the worker has lost its patience.
                var unused = fromWorker.read();
            }
            if (answer == null || met != Mood.WILLING) {
                return;
            }
            toWorker.write(answer.bytes());
        }
    }

    private Mood meets(HttpMessage request) {
        Matcher create = CREATE.matcher(request.firstLine());
        Mood now = mood;
        if (now == Mood.WILLING || !create.matches()) {
            return Mood.WILLING;
        }
        boolean first = struck.add(create.group(1));
        return first || now == Mood.FULL ? now : Mood.WILLING;
    }

    private static byte[] refusal(String status, String code) {
        String body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>not now</Message></Error>";
        return ("HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
