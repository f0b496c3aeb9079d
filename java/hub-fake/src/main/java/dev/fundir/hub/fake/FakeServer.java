package dev.fundir.hub.fake;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A small HTTP/1.1 server on a loopback port, a thread for each connection, so that it can break in every way. */
final class FakeServer implements AutoCloseable {
    /** Answers requests. */
    @FunctionalInterface
    interface Handler {
        /** Answers one. */
        void handle(FakeExchange exchange) throws IOException;
    }

    private final ServerSocketChannel server;
    private final Handler handler;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    FakeServer(int port, Handler handler) throws IOException {
        this.handler = handler;
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        daemon("fake-hub-accept", this::accept);
    }

    /** Where it is, such as {@code http://127.0.0.1:1234}. */
    String address() {
        return "http://127.0.0.1:" + server.socket().getLocalPort();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel socket = server.accept();
                open.add(socket);
                daemon("fake-hub-connection", () -> serve(socket));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void serve(SocketChannel socket) {
        try (socket) {
            socket.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
            BufferedInputStream in = new BufferedInputStream(Channels.newInputStream(socket), 64 * 1024);
            while (true) {
                FakeExchange exchange = FakeExchange.read(socket, in);
                if (exchange == null) {
                    return;
                }
                handler.handle(exchange);
                if (!exchange.isAnswered() || !exchange.finish()) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has gone, which clients do: tests look at the client.
        } finally {
            open.remove(socket);
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel socket : open) {
            socket.close();
        }
    }
}
