package dev.fundir.ffi;

/** What a call into the core came to: the status numbers of {@code fundir.h}. */
public enum Status {
    /** It worked. */
    OK(0),
    /** A file is not what it claims to be; {@link NativeException#reason()} says which rule is broken. */
    FORMAT(10),
    /** The operating system refused; {@link NativeException#osError()} has its number. */
    IO(20),
    /** A file ended, while it was read, before the bytes that its header promises. */
    TRUNCATED(21),
    /** The request cannot be met by these inputs. */
    REQUEST(30),
    /** The caller asked to stop. */
    CANCELLED(40),
    /** An output did not fit. */
    BUFFER_TOO_SMALL(50),
    /** More of the file is wanted. */
    MORE_INPUT(51),
    /** An address or a length that cannot be. */
    INVALID_ARGUMENT(60),
    /** A defect in the core. */
    INTERNAL(70);

    private final int number;

    Status(int number) {
        this.number = number;
    }

    /** The status of this number; a number that is not known is a defect: {@link #INTERNAL}. */
    static Status of(int number) {
        for (Status status : values()) {
            if (status.number == number) {
                return status;
            }
        }
        return INTERNAL;
    }
}
