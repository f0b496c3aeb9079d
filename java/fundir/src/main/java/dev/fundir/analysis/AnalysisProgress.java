package dev.fundir.analysis;

/**
 * How far an analysis is.
 *
 * @param bytesDone bytes of tensors that were gone through, counted each time
 * @param bytesTotal bytes to go through in all
 * @param tensorsDone tensors, or pairs of them, that are done
 * @param tensorsTotal tensors, or pairs of them, in all
 * @param seconds since it began
 */
public record AnalysisProgress(long bytesDone, long bytesTotal, long tensorsDone, long tensorsTotal, double seconds) {}
