package dev.fundir.merge;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file of tensors that a merge writes.
 *
 * @param target where it goes
 * @param header the bytes before the first tensor
 * @param size of the whole file
 */
record OutputFile(Path target, ByteBuffer header, long size) {}
