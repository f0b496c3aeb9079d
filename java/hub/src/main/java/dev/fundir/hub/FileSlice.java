package dev.fundir.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** A range of a file as the body of a request. A request that is tried again takes back what was counted. */
final class FileSlice implements RequestBody {
    private final UploadFile file;
    private final long offset;
    private final long length;
    private final LongConsumer moved;
    private long counted;

    /**
     * A range.
     *
     * @param moved hears of bytes that were read to be sent; of a negative number when they are sent once more
     */
    FileSlice(UploadFile file, long offset, long length, LongConsumer moved) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.moved = moved;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream open() throws IOException {
        FileChannel channel = file.identity().open(file.file());
        count(-counted());
        return new InputStream() {
            private long at;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int from, int most) throws IOException {
                if (at == length) {
                    return -1;
                }
                int count = (int) Math.min(most, length - at);
                file.fill(channel, ByteBuffer.wrap(to, from, count).slice(), offset + at);
                at += count;
                count(count);
                if (at == length) {
                    file.requireSame();
                }
                return count;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    private synchronized long counted() {
        return counted;
    }

    private synchronized void count(long bytes) {
        counted += bytes;
        moved.accept(bytes);
    }
}
