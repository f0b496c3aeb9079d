package dev.fundir.hub;

import java.util.Optional;

/**
 * A file of a model on the Hub.
 *
 * @param path with {@code /} between its parts; checked, it leads nowhere outside
 * @param size bytes
 * @param oid its hash in git: for large files that of the pointer that git has
 * @param sha256 the hash of its bytes, for files that the Hub keeps outside git
 */
public record RemoteFile(String path, long size, String oid, Optional<String> sha256) {}
