/** The border to the native core, for the library {@code dev.fundir} alone: no API of its own. */
// The module that may use it is built after this one.
@SuppressWarnings("module")
module dev.fundir.ffi {
    requires org.bytedeco.javacpp;

    exports dev.fundir.ffi to
            dev.fundir;
}
