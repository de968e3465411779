package io.darkroom.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on an address of this machine. */
public final class Ports {
    /** Where everything standalone listens. */
    public static final String LOOPBACK = "127.0.0.1";

    private Ports() {}

    /**
     * Makes sure that a port can be listened on; 0 always can.
     *
     * @param setting the name of the setting that holds the port, for the message
     * @throws StandaloneException if it is taken
     */
    public static void requireFree(String host, int port, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers themselves do, lest the connections of a process just ended count as taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (BindException e) {
            throw new StandaloneException(
                    "Port " + port + " on " + host + " cannot be used (" + e.getMessage() + "): stop what listens there"
                            + ", or set " + setting + " to another port",
                    e);
        } catch (IOException e) {
            throw new StandaloneException("Cannot listen on " + host + ":" + port + " (" + e + "): see " + setting, e);
        }
    }

    /** A port of 127.0.0.1 (not of ::1, as the loopback address may be) that nothing listens on. */
    @SuppressWarnings("AddressSelection")
    static int free() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(LOOPBACK, 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on " + LOOPBACK, e);
        }
    }

    /** The same, but not this one, which nothing listens on yet. */
    static int freeBut(int taken) {
        int port = free();
        while (port == taken) {
            port = free();
        }
        return port;
    }
}
