package dev.fundir.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A download in a process of its own: {@code ENDPOINT CACHE MODEL CHUNK}. It prints the bytes that it did not move. */
final class DownloadProcess {
    private DownloadProcess() {}

    public static void main(String[] arguments) throws IOException {
        Hub hub = Hub.builder()
                .endpoint(URI.create(arguments[0]))
                .cacheFolder(Path.of(arguments[1]))
                .noToken()
                .build();
        List<TransferProgress> told = new ArrayList<>();
        hub.download(ModelId.parse(arguments[2]))
                .chunk(Integer.parseInt(arguments[3]))
                .threads(4)
                .run(progress -> {
                    told.clear();
                    told.add(progress);
                });
        System.out.println(told.get(0).bytesReused());
    }

    static Process start(URI endpoint, Path cache, ModelId model, int chunk) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DownloadProcess.class.getName(),
                        endpoint.toString(),
                        cache.toString(),
                        model.toString(),
                        Integer.toString(chunk))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** What it printed, when it has ended well. */
    static long reused(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the download ended with " + process.exitValue());
        }
        return Long.parseLong(text.strip());
    }
}
