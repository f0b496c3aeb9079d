package dev.fundir.hub.fake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The fake Hub as a process, for other clients: {@code FakeHubMain PORT LARGE_FROM PART_SIZE [FOLDER…]}. Each folder
 * becomes the model {@code org/NAME}; {@code org/gated} and {@code org/private} are what they are called. The token
 * {@code hf_write} may write, {@code hf_read} may read. It prints its address and ends with its input.
 */
public final class FakeHubMain {
    private FakeHubMain() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        long largeFrom = Long.parseLong(args[1]);
        FakeHub hub = new FakeHub(Integer.parseInt(args[0]))
                .largeFrom(largeFrom)
                .partSize(Long.parseLong(args[2]))
                .token("hf_write", true)
                .token("hf_read", false);
        hub.model("org/gated").setGated().regular("config.json", "{}");
        hub.model("org/private").setPrivate().regular("config.json", "{}");
        for (String folder : List.of(args).subList(3, args.length)) {
            serve(hub, Path.of(folder), largeFrom);
        }
        System.out.println(hub.endpoint());
        System.out.flush();
        while (System.in.read() >= 0) {
            // Until whoever started it is gone.
        }
        hub.close();
    }

    private static void serve(FakeHub hub, Path folder, long largeFrom) throws IOException {
        FakeModel model = hub.model("org/" + folder.getFileName());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String path = folder.relativize(file).toString().replace('\\', '/');
                if (Files.size(file) >= largeFrom || path.endsWith(".safetensors")) {
                    model.large(path, Content.of(file));
                } else {
                    model.regular(path, Files.readAllBytes(file));
                }
            }
        }
    }
}
