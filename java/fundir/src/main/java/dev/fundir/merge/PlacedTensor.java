package dev.fundir.merge;

/**
 * A tensor of the output with its place.
 *
 * @param file the number of the output file
 * @param offset of the first byte, from the start of the file
 */
record PlacedTensor(PlannedTensor tensor, int file, long offset) {}
