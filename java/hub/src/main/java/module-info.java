/** A client of the Hugging Face Hub: downloads, uploads and inspects checkpoints. */
module dev.fundir.hub {
    requires transitive dev.fundir;
    requires dev.fundir.ffi;
    requires java.net.http;
    requires com.fasterxml.jackson.core;

    exports dev.fundir.hub;
}
