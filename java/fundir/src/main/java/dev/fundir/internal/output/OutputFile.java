package dev.fundir.internal.output;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file of tensors that is to be written.
 *
 * @param target where it goes
 * @param header the bytes before the first tensor
 * @param size of the whole file
 */
public record OutputFile(Path target, ByteBuffer header, long size) {}
