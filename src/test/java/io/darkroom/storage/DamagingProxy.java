package io.darkroom.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Forwards one connection at a time to a port of 127.0.0.1, and replaces a word in what is sent there, or comes back. */
@SuppressWarnings("AddressSelection")
final class DamagingProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket();
    private final int port;
    private final boolean answers;
    private final String word;
    private final String replacement;

    private DamagingProxy(int port, boolean answers, String word, String replacement) throws IOException {
        this.port = port;
        this.answers = answers;
        this.word = word;
        this.replacement = replacement;
        listening.bind(new InetSocketAddress("127.0.0.1", 0));
        start("damaging-proxy", this::accept);
    }

    static DamagingProxy ofRequests(int port, String word, String replacement) throws IOException {
        return new DamagingProxy(port, false, word, replacement);
    }

    static DamagingProxy ofAnswers(int port, String word, String replacement) throws IOException {
        return new DamagingProxy(port, true, word, replacement);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private void accept() throws IOException {
        while (true) {
            try (Socket client = listening.accept();
                    Socket server = new Socket("127.0.0.1", port)) {
                start("damaging-proxy-answers", () -> {
                    copy(server.getInputStream(), client.getOutputStream(), answers);
                    client.shutdownOutput();
                });
                copy(client.getInputStream(), server.getOutputStream(), !answers);
            }
        }
    }

    private void copy(InputStream in, OutputStream out, boolean damage) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            String text = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
            out.write((damage ? text.replace(word, replacement) : text).getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One end has closed: so it is over.
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
