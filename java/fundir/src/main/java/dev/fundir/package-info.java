/**
 * Safetensors checkpoints, read and written.
 *
 * <p>{@link dev.fundir.Checkpoint} opens a file, a folder of shards, or a shard index; {@link dev.fundir.Tensor} gives
 * the bytes of a tensor where they lie in the mapped file; {@link dev.fundir.CheckpointWriter} writes a file that
 * appears complete or not at all.
 */
package dev.fundir;
