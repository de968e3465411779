package io.darkroom.mirror;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;

/** Forwards connections to a port of 127.0.0.1, counts what comes back, and breaks them off after so many bytes. */
@SuppressWarnings("AddressSelection")
final class CountingProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket();
    private final int port;
    private final AtomicLong answered = new AtomicLong();
    private volatile long most = Long.MAX_VALUE;

    CountingProxy(int port) throws IOException {
        this.port = port;
        listening.bind(new InetSocketAddress("127.0.0.1", 0));
        start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    /** How many bytes came back in all. */
    long answered() {
        return answered.get();
    }

    /**
     * Breaks a connection off once so many bytes have come back over it; others go on, so that what it has brought is all
     * that is there of its object.
     */
    void breakAfter(long bytes) {
        most = bytes;
    }

    void breakNoMore() {
        most = Long.MAX_VALUE;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            start(() -> {
                try (client;
                        Socket server = new Socket("127.0.0.1", port)) {
                    start(() -> client.getInputStream().transferTo(server.getOutputStream()));
                    answer(server.getInputStream(), client.getOutputStream());
                }
            });
        }
    }

    private void answer(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 14];
        long over = 0;
        for (int n = in.read(buffer); n >= 0 && over < most; n = in.read(buffer)) {
            over += n;
            answered.addAndGet(n);
            out.write(buffer, 0, n);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One end has closed: so it is over.
                        Thread.currentThread().interrupt();
                    }
                },
                "counting-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
