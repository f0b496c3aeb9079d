package dev.fundir.ffi;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** Loads the JNI library and makes sure that it is the one these classes were built with. */
final class NativeLibrary {
    private static final int ABI_VERSION = 5;
    private static final String BUILD_ID = "fundir-build-id";

    /** A property: the file to load, by whoever keeps it unpacked with its jar; saves unpacking and comparing. */
    private static final String FILE = "dev.fundir.library";

    private static volatile boolean loaded;

    /** Why it could not be loaded; remembered, because a second attempt would seem to work. */
    private static String problem;

    private NativeLibrary() {}

    /**
     * Loads the library if that was not done yet.
     *
     * @throws NativeLibraryException when there is none for this platform, when it cannot be loaded, or when it is of
     *     another build; the same each time
     */
    static void require() {
        if (!loaded) {
            loadOnce();
        }
    }

    private static synchronized void loadOnce() {
        if (problem != null) {
            throw new NativeLibraryException(problem);
        }
        try {
            load();
            loaded = true;
        } catch (NativeLibraryException e) {
            problem = e.getMessage();
            throw e;
        }
    }

    private static void load() {
        String file = System.getProperty(FILE);
        if (file == null) {
            extract();
            file = loadFile();
        } else {
            loadNamed(file);
        }
        checkAbi(Fundir.abiVersion(), file);
        checkBuild(shippedBuildId(), loadedBuildId(), file);
    }

    /**
     * Extracts the library from the jar, and makes sure that it is the one inside. The loader's cache goes by name,
     * size and time, which are the same for two builds of a snapshot; and mapping a damaged library can end the
     * process.
     */
    private static void extract() {
        URL shipped = NativeLibrary.class.getResource(Loader.getPlatform() + "/" + System.mapLibraryName("jnifundir"));
        if (shipped == null || shipped.getProtocol().equals("file")) {
            return; // missing: loading it says so; in a folder: it is used where it is
        }
        try (InputStream in = shipped.openStream()) {
            byte[] library = in.readAllBytes();
            File cached = Loader.cacheResource(shipped);
            if (cached == null) {
                throw new IOException("no cache folder can be written");
            }
            Path extracted = cached.toPath();
            if (!Arrays.equals(library, Files.readAllBytes(extracted))) {
                replace(extracted, library);
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "cannot extract fundir's native library: " + e + ". Delete the cache folder " + cacheFolder()
                            + ", make room there, or name another one by the property org.bytedeco.javacpp.cachedir",
                    e);
        }
    }

    /** Puts another file in the place of one that processes may have mapped. */
    private static void replace(Path file, byte[] bytes) throws IOException {
        Path complete = Files.createTempFile(file.getParent(), "fundir", ".tmp");
        try {
            Files.write(complete, bytes);
            Files.setLastModifiedTime(complete, Files.getLastModifiedTime(file));
            Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(complete);
        }
    }

    private static void loadNamed(String file) {
        // JavaCPP's Pointer reads resources when it is initialised. Were that to happen in the library's JNI_OnLoad,
        // which initialises it, the JDK would wait for ever when another thread reads its first resource just then.
        Pointer.isNull(null);
        try {
            System.load(file);
        } catch (LinkageError e) {
            throw new NativeLibraryException(
                    "fundir's native library " + file + ", which the property " + FILE + " names, does not load: "
                            + e.getMessage() + ". Unpack or build fundir again, for this machine",
                    e);
        }
    }

    private static String loadFile() {
        try {
            return Loader.load(Fundir.class);
        } catch (LinkageError e) {
            throw new NativeLibraryException(
                    "fundir has no native library that loads on this machine (" + Loader.getPlatform() + "): "
                            + e.getMessage()
                            + ". Add the fundir-native artifact of this platform, or build fundir on it",
                    e);
        }
    }

    static void checkAbi(int found, String file) {
        if (found != ABI_VERSION) {
            throw stale(
                    "speaks version " + found + " of the native interface, this fundir version " + ABI_VERSION, file);
        }
    }

    static void checkBuild(String shipped, String loaded, String file) {
        if (!shipped.equals(loaded)) {
            throw stale("is of the build " + loaded + ", this fundir of the build " + shipped, file);
        }
    }

    private static NativeLibraryException stale(String difference, String file) {
        return new NativeLibraryException("the native library " + file + " " + difference
                + ": it is left from another version. Delete the cache folder " + cacheFolder()
                + " and start again");
    }

    private static String loadedBuildId() {
        return StandardCharsets.UTF_8
                .decode(new Call().grow(256, Fundir::buildId))
                .toString();
    }

    private static String shippedBuildId() {
        try (InputStream in = NativeLibrary.class.getResourceAsStream(BUILD_ID)) {
            if (in == null) {
                throw new NativeLibraryException("the resource " + BUILD_ID
                        + " is missing from fundir-native: the artifact is damaged, build or download it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read the resource " + BUILD_ID + " of fundir-native: " + e, e);
        }
    }

    private static String cacheFolder() {
        try {
            File folder = Loader.getCacheDir();
            return folder.getPath();
        } catch (IOException e) {
            return "of JavaCPP (~/.javacpp/cache; " + e.getMessage() + ")";
        }
    }
}
