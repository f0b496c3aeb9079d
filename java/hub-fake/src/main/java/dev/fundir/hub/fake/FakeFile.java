package dev.fundir.hub.fake;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A file of a model.
 *
 * @param content its bytes
 * @param oid its hash in git; of a large file that of its pointer
 * @param sha256 of a large file
 */
public record FakeFile(Content content, String oid, Optional<String> sha256) {
    /** A file that git keeps itself. */
    public static FakeFile regular(Content content) throws IOException {
        return new FakeFile(content, content.gitOid(), Optional.empty());
    }

    /** A file of Git LFS. */
    public static FakeFile large(Content content) throws IOException {
        return large(content, content.sha256());
    }

    /** A file of Git LFS, whose hash is known. */
    static FakeFile large(Content content, String sha256) throws IOException {
        String pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256 + "\nsize " + content.size() + "\n";
        return new FakeFile(
                content, Content.of(pointer.getBytes(StandardCharsets.UTF_8)).gitOid(), Optional.of(sha256));
    }

    /** By what caches know it. */
    public String etag() {
        return sha256.orElse(oid);
    }
}
