package dev.fundir.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * The lines of a commit. Small files are in them in base64, which is made as it is sent: no file is in memory as a
 * whole, and yet the length is known before.
 */
final class CommitBody implements RequestBody {
    private final List<RequestBody> segments = new ArrayList<>();

    /** The commit's own line. */
    void header(Upload.Options options) {
        line(JsonText.object(json -> {
            json.writeStringField("key", "header");
            json.writeObjectFieldStart("value");
            json.writeStringField("summary", options.message());
            json.writeStringField("description", options.description());
            if (options.parent().isPresent()) {
                json.writeStringField("parentCommit", options.parent().get());
            }
            json.writeEndObject();
        }));
    }

    /** A file that git keeps itself. */
    void file(UploadFile file) {
        // The content is put where the two halves of the line meet, so no writer has to hold it.
        String line = new String(
                JsonText.object(json -> {
                    json.writeStringField("key", "file");
                    json.writeObjectFieldStart("value");
                    json.writeStringField("path", file.path());
                    json.writeStringField("encoding", "base64");
                    json.writeStringField("content", "");
                    json.writeEndObject();
                }),
                StandardCharsets.UTF_8);
        int end = line.length() - "\"}}".length();
        segments.add(RequestBody.of(line.substring(0, end).getBytes(StandardCharsets.UTF_8)));
        segments.add(new Base64Content(file));
        segments.add(RequestBody.of((line.substring(end) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** A file that Git LFS has. */
    void large(UploadFile file, String sha256) {
        line(JsonText.object(json -> {
            json.writeStringField("key", "lfsFile");
            json.writeObjectFieldStart("value");
            json.writeStringField("path", file.path());
            json.writeStringField("algo", "sha256");
            json.writeStringField("oid", sha256);
            json.writeNumberField("size", file.size());
            json.writeEndObject();
        }));
    }

    private void line(byte[] json) {
        segments.add(RequestBody.of(json));
        segments.add(RequestBody.of(new byte[] {'\n'}));
    }

    @Override
    public long length() {
        return segments.stream().mapToLong(RequestBody::length).sum();
    }

    @Override
    @SuppressWarnings("JdkObsolete") // SequenceInputStream takes nothing else
    public InputStream open() throws IOException {
        Enumeration<RequestBody> left = Collections.enumeration(segments);
        return new SequenceInputStream(new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return left.hasMoreElements();
            }

            @Override
            public InputStream nextElement() {
                return new LazyStream(left.nextElement());
            }
        });
    }

    /** Opens a segment when it is its turn, so that not all files are open at once. */
    private static final class LazyStream extends InputStream {
        private final RequestBody segment;
        private InputStream in;

        LazyStream(RequestBody segment) {
            this.segment = segment;
        }

        private InputStream in() throws IOException {
            if (in == null) {
                in = segment.open();
            }
            return in;
        }

        @Override
        public int read() throws IOException {
            return in().read();
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return in().read(to, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }

    /** A file in base64. */
    private record Base64Content(UploadFile file) implements RequestBody {
        /** A multiple of three, so that pieces need no padding but for the last. */
        private static final int PIECE = 3 * 16 * 1024;

        @Override
        public long length() {
            return (file.size() + 2) / 3 * 4;
        }

        @Override
        public InputStream open() throws IOException {
            FileChannel channel = file.identity().open(file.file());
            return new InputStream() {
                private long at;
                private byte[] encoded = new byte[0];
                private int taken;

                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
                }

                @Override
                public int read(byte[] to, int offset, int length) throws IOException {
                    if (taken == encoded.length && !more()) {
                        return -1;
                    }
                    int count = Math.min(length, encoded.length - taken);
                    System.arraycopy(encoded, taken, to, offset, count);
                    taken += count;
                    return count;
                }

                private boolean more() throws IOException {
                    if (at == file.size()) {
                        file.requireSame();
                        return false;
                    }
                    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, file.size() - at));
                    file.fill(channel, piece, at);
                    at += piece.capacity();
                    encoded = Base64.getEncoder().encode(piece.array());
                    taken = 0;
                    return true;
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }
    }
}
