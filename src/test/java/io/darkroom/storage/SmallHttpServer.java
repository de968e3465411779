package io.darkroom.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on 127.0.0.1 that answers as a test says. */
final class SmallHttpServer implements AutoCloseable {
    /** How to answer. */
    interface Handler {
        Answer answer(String method, String path, String body) throws IOException;
    }

    /** @param headers besides those of every answer, or instead of them */
    record Answer(int status, String type, String body, Map<String, String> headers) {
        Answer(int status, String type, String body) {
            this(status, type, body, Map.of());
        }

        static Answer empty(int status) {
            return new Answer(status, "text/plain", "");
        }

        static Answer error(int status, String code) {
            String xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                    + "</Code><Message>as the test says</Message></Error>";
            return new Answer(status, "application/xml", xml);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "small-http-server");
        thread.setDaemon(true);
        return thread;
    });

    @SuppressWarnings("AddressSelection")
    SmallHttpServer(Handler handler) {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> respond(exchange, handler));
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void respond(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer = handler.answer(
                    exchange.getRequestMethod(), exchange.getRequestURI().getPath(), body);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("ETag", "\"etag\"");
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] content = answer.body().getBytes(StandardCharsets.UTF_8);
            boolean hasBody = content.length > 0 && !exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), hasBody ? content.length : -1);
            if (hasBody) {
                exchange.getResponseBody().write(content);
            }
        }
    }
}
