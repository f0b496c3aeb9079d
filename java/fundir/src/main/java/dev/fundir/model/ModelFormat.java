package dev.fundir.model;

/** The file formats a model is kept in. */
public enum ModelFormat {
    /** Safetensors: a file, or shards in a folder. */
    SAFETENSORS,
    /** JSON that people can read. */
    JSON,
    /** YAML that people can read. */
    YAML,
    /** GGUF. */
    GGUF
}
