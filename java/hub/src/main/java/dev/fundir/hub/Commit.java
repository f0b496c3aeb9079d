package dev.fundir.hub;

import java.net.URI;
import java.util.Optional;

/**
 * What an upload came to.
 *
 * @param oid the hash of the commit; where nothing had to be changed, of the one that was there
 * @param url its page
 * @param pullRequest the page of the pull request, where one was asked for
 * @param filesChanged how many files the commit has; 0 where all were there already and no commit was made
 */
public record Commit(String oid, URI url, Optional<URI> pullRequest, int filesChanged) {}
