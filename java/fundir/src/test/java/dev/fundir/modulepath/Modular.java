package dev.fundir.modulepath;

import dev.fundir.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;

/** A program that has the library on the module path. */
public final class Modular {
    private Modular() {}

    /** Prints the module of the library, and the first byte of the first tensor in the file given. */
    public static void main(String[] args) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]))) {
            System.out.println(Checkpoint.class.getModule() + " read "
                    + checkpoint.tensors().get(0).buffer().get(0));
        }
    }
}
