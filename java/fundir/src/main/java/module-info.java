/** Reads, writes and merges safetensors checkpoints; the work on bytes is done by a native core. */
// The module that may use what is not for all is built after this one.
@SuppressWarnings("module")
module dev.fundir {
    requires dev.fundir.ffi;
    requires org.snakeyaml.engine;

    exports dev.fundir;
    exports dev.fundir.analysis;
    exports dev.fundir.merge;
    exports dev.fundir.model;
    exports dev.fundir.verify;
    exports dev.fundir.internal to
            dev.fundir.hub;
    exports dev.fundir.internal.document to
            dev.fundir.hub;
}
