package dev.fundir.hub;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What a request sends. It can be read again from its beginning when the request is tried again. */
interface RequestBody {
    /**
     * How many bytes it has.
     *
     * @return the value of {@code Content-Length}, or -1 when that is not known and it goes in chunks
     */
    long length();

    /**
     * Opens it at its beginning.
     *
     * @return exactly {@link #length} bytes
     * @throws IOException when they cannot be read
     */
    InputStream open() throws IOException;

    /** Bytes in memory. */
    static RequestBody of(byte[] bytes) {
        return new RequestBody() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
