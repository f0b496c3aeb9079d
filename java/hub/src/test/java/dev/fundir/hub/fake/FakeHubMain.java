package dev.fundir.hub.fake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The fake Hub as a process, for other clients: {@code FakeHubMain PORT [FOLDER…]}. Each folder becomes the model
 * {@code org/NAME}, its files from 1 KB on those of Git LFS. The token {@code hf_write} may write, {@code hf_read} may
 * read. It ends with its input.
 */
public final class FakeHubMain {
    private FakeHubMain() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        FakeHub hub = new FakeHub(Integer.parseInt(args[0]));
        hub.token("hf_write", true).token("hf_read", false);
        for (String folder : List.of(args).subList(1, args.length)) {
            serve(hub, Path.of(folder));
        }
        System.out.println(hub.endpoint());
        System.out.flush();
        while (System.in.read() >= 0) {
            // Until whoever started it is gone.
        }
        hub.close();
    }

    private static void serve(FakeHub hub, Path folder) throws IOException {
        FakeModel model = hub.model("org/" + folder.getFileName());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String path = folder.relativize(file).toString().replace('\\', '/');
                if (Files.size(file) >= 1024) {
                    model.large(path, Content.of(file));
                } else {
                    model.regular(path, Files.readAllBytes(file));
                }
            }
        }
    }
}
