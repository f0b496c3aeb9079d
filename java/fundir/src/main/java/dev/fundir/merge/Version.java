package dev.fundir.merge;

import dev.fundir.ffi.Core;

/** The version of this library. */
final class Version {
    private Version() {}

    /** Such as {@code 0.1.0}: the first part of the build id. */
    static String current() {
        String build = Core.buildId();
        int end = build.lastIndexOf('-');
        return end < 0 ? build : build.substring(0, end);
    }
}
