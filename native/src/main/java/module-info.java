/**
 * The border to the native core, for the libraries {@code dev.fundir} and {@code dev.fundir.hub} alone: no API of its
 * own.
 */
// The modules that may use it are built after this one.
@SuppressWarnings("module")
module dev.fundir.ffi {
    requires org.bytedeco.javacpp;

    exports dev.fundir.ffi to
            dev.fundir,
            dev.fundir.hub;
}
