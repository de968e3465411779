package io.darkroom.crash;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Stands between workers and one server, on 127.0.0.1; can be cut off, as if the server were down. */
public abstract class TcpProxy implements AutoCloseable {
    public static final String LOOPBACK = "127.0.0.1";

    /** What becomes of the messages that pass. */
    public enum Weather {
        CLEAR,
        /** Each comes late. */
        SLOW,
        /** The server hears and answers, and the worker hears nothing. */
        REPLIES_LOST,
        /** The server hears nothing. */
        REQUESTS_LOST
    }

    /** How late, where it is slow. */
    private static final long LATE_MS = 100;

    private final String name;
    private final int serverPort;
    private final int port;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket listener;
    private volatile Weather weather = Weather.CLEAR;

    /** Listens on a free port. */
    TcpProxy(String name, int serverPort) {
        this.name = name;
        this.serverPort = serverPort;
        this.port = listen(0);
    }

    /** Where workers find it. */
    public final int port() {
        return port;
    }

    /** Serves one connection, until either side ends it. */
    abstract void serve(Socket worker, Socket server) throws IOException;

    /** Ends every connection and refuses new ones. */
    public final synchronized void cut() {
        try {
            if (listener != null) {
                listener.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(TcpProxy::end);
    }

    /** Lets connections through again. */
    public final void mend() {
        listen(port);
    }

    /** From now on. When it clears up, connections on which something was lost end: nothing is ever let through behind a loss. */
    public final void weather(Weather now) {
        boolean lossy = weather == Weather.REPLIES_LOST || weather == Weather.REQUESTS_LOST;
        weather = now;
        if (lossy) {
            connections.forEach(TcpProxy::end);
        }
    }

    /** Where answers go; each message is one write. */
    final OutputStream toWorker(Socket worker) throws IOException {
        return new Disturbed(worker.getOutputStream(), Weather.REPLIES_LOST);
    }

    /** Where requests go; each message is one write. */
    final OutputStream toServer(Socket server) throws IOException {
        return new Disturbed(server.getOutputStream(), Weather.REQUESTS_LOST);
    }

    /** One direction of one connection. */
    private final class Disturbed extends FilterOutputStream {
        private final Weather losing;
        private boolean lost;

        private Disturbed(OutputStream to, Weather losing) {
            super(to);
            this.losing = losing;
        }

        @Override
        public void write(byte[] message, int from, int size) throws IOException {
            if (weather == Weather.SLOW) {
                try {
                    Thread.sleep(LATE_MS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            lost = lost || weather == losing;
            if (!lost) {
                out.write(message, from, size);
            }
        }
    }

    @Override
    public final void close() {
        cut();
    }

    final void start(String what, Runnable work) {
        Thread thread = new Thread(work, name + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("AddressSelection")
    private synchronized int listen(int at) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(LOOPBACK, at));
            listener = socket;
            start("accept", () -> accept(socket));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot listen on port " + at, e);
        }
    }

    private void accept(ServerSocket on) {
        try {
            while (true) {
                Socket worker = on.accept();
                connections.add(worker);
                start("connection", () -> connect(on, worker));
            }
        } catch (IOException e) {
            // Cut off.
        }
    }

    @SuppressWarnings("AddressSelection")
    private void connect(ServerSocket on, Socket worker) {
        try (worker;
                Socket server = new Socket(LOOPBACK, serverPort)) {
            connections.add(server);
            worker.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            if (!on.isClosed()) {
                serve(worker, server);
            }
            connections.remove(server);
        } catch (IOException e) {
            // One side has gone, which is the other's to notice.
        } finally {
            connections.remove(worker);
        }
    }
}
