package dev.fundir.hub;

import dev.fundir.ffi.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hash that the bytes of a file have to have: SHA-256 for files that the Hub keeps outside git, git's own for all
 * others. It is also what the cache knows the file by. Immutable.
 *
 * @param hex lower-case digits: 64 of SHA-256, 40 of git's
 */
record ContentHash(String hex) {
    private static final int SHA256_DIGITS = 64;

    /**
     * The hash of a file of the Hub. It becomes the name of a file, so it is looked at.
     *
     * @throws HubException when the Hub says something else than a hash
     */
    static ContentHash of(RemoteFile file) throws HubException {
        String hex = file.sha256().orElse(file.oid());
        if (!hex.matches(file.sha256().isPresent() ? "[0-9a-f]{64}" : "[0-9a-f]{40}")) {
            throw new HubException(
                    HubException.Reason.SERVER,
                    file.path() + ": the Hub says that its hash is \""
                            + (hex.length() > 80 ? hex.substring(0, 80) + "…" : hex)
                            + "\", which is none; check HF_ENDPOINT");
        }
        return new ContentHash(hex);
    }

    /** The computation over a file of this size. */
    Digest start(long size) {
        return hex.length() == SHA256_DIGITS ? ofLargeFile() : ofGitBlob(size);
    }

    /** The computation over a file that the Hub keeps outside git. */
    static Digest ofLargeFile() {
        return new LargeFile();
    }

    /** The computation over a file of this size that git keeps itself. */
    static Digest ofGitBlob(long size) {
        return new GitBlob(size);
    }

    /** A hash that is being computed, over bytes in the order of the file. For one thread. */
    interface Digest {
        /** Takes the next bytes in: all that remain in a direct buffer. */
        void update(ByteBuffer bytes);

        /** The hash, once. */
        ContentHash end();
    }

    private static final class LargeFile implements Digest {
        private final Sha256 sha256 = new Sha256();

        @Override
        public void update(ByteBuffer bytes) {
            sha256.update(bytes);
        }

        @Override
        public ContentHash end() {
            return new ContentHash(sha256.hex());
        }
    }

    /** Git's hash of a file: SHA-1 over a word, the size, and the bytes. */
    private static final class GitBlob implements Digest {
        private final MessageDigest sha1;

        GitBlob(long size) {
            try {
                sha1 = MessageDigest.getInstance("SHA-1");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this JVM has no SHA-1, which every JVM has to have", e);
            }
            sha1.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void update(ByteBuffer bytes) {
            sha1.update(bytes);
        }

        @Override
        public ContentHash end() {
            return new ContentHash(HexFormat.of().formatHex(sha1.digest()));
        }
    }
}
