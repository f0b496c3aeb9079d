package dev.fundir.verify;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of a verified model.
 *
 * @param path where it is
 * @param byteSize its size
 * @param sha256 the SHA-256 of its bytes in lower-case hexadecimal digits, if it was asked for
 */
public record VerifiedFile(Path path, long byteSize, Optional<String> sha256) {}
