package dev.fundir.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The memory of this process, as the operating system counts it. */
final class ProcessMemory {
    private static final String PEAK = "VmHWM:";

    private ProcessMemory() {}

    /** The most bytes that were resident at one time since the process began; 0 on a system that does not tell. */
    static long peakResidentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .mapToLong(ProcessMemory::bytes)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** A line such as {@code VmHWM: 51234 kB}, whose kB are 1024 bytes. */
    private static long bytes(String line) {
        return Long.parseLong(line.substring(PEAK.length()).replace("kB", "").trim()) * 1024;
    }
}
