package dev.fundir.ffi;

/**
 * The native library cannot be used: none for this platform, a damaged one, or one of another build. The message says
 * what to do.
 */
public final class NativeLibraryException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NativeLibraryException(String message) {
        super(message);
    }

    NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
