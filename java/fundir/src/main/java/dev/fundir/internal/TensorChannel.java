package dev.fundir.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** Takes the bytes of one tensor, exactly as many as it has. Not safe for several threads. */
public final class TensorChannel implements WritableByteChannel {
    private final FileChannel file;
    private final String tensor;
    private final long expected;

    private long written;
    /** The first failure; remembered because a source might catch it and go on. */
    private IOException failure;

    private boolean open = true;

    /**
     * A channel to where the file stands.
     *
     * @param file takes the bytes
     * @param tensor names the tensor in errors
     * @param expected bytes that the tensor has
     */
    public TensorChannel(FileChannel file, String tensor, long expected) {
        this.file = file;
        this.tensor = tensor;
        this.expected = expected;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (!open) {
            throw new ClosedChannelException();
        }
        if (failure != null) {
            throw failure;
        }
        if (bytes.remaining() > expected - written) {
            failure = new IOException("tensor " + tensor + ": its source gives " + (written + bytes.remaining())
                    + " bytes or more, its dtype and shape take " + expected);
            throw failure;
        }
        int before = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            failure = e;
            throw e;
        } finally {
            written += before - bytes.remaining();
        }
        return before;
    }

    /**
     * Ends the tensor.
     *
     * @throws IOException unless all of its bytes were written
     */
    public void finish() throws IOException {
        open = false;
        if (failure != null) {
            throw failure;
        }
        if (written != expected) {
            throw new IOException("tensor " + tensor + ": its source gave " + written
                    + " bytes, its dtype and shape take " + expected);
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Has no effect: the writer ends the tensor. */
    @Override
    public void close() {}
}
