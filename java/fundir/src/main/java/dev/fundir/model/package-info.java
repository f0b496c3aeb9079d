/**
 * Models as programs hold them, and the file formats they are kept in: safetensors, JSON, YAML and GGUF. Begin with
 * {@link dev.fundir.model.Models}.
 */
package dev.fundir.model;
