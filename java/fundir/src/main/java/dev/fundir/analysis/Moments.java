package dev.fundir.analysis;

import java.nio.ByteBuffer;

/**
 * Count, extremes, mean and spread of some elements.
 *
 * @param finite finite elements
 * @param zeros zeros among them
 * @param nan elements that are NaN
 * @param infinite elements that are infinite
 * @param min the least of the finite ones
 * @param max the largest of them
 * @param mean their mean
 * @param squaredDeviations the sum of their squared distances from it
 */
record Moments(
        long finite,
        long zeros,
        long nan,
        long infinite,
        double min,
        double max,
        double mean,
        double squaredDeviations) {

    static final Moments NONE = new Moments(0, 0, 0, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 0);

    /** Reads the record that {@code fundir.h} lays out at {@code fundir_moments}. */
    static Moments read(ByteBuffer record) {
        return new Moments(
                record.getLong(0),
                record.getLong(8),
                record.getLong(16),
                record.getLong(24),
                record.getDouble(32),
                record.getDouble(40),
                record.getDouble(48),
                record.getDouble(56));
    }

    /**
     * Those of these elements and others together. Mean and spread are put together as by Chan, Golub and LeVeque
     * ("Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979), which cancels nothing.
     */
    Moments plus(Moments other) {
        long count = finite + other.finite;
        double part = count == 0 ? 0 : (double) other.finite / count;
        // Without elements on one side there is no distance; its square could overflow, and NaN would come of it.
        double distance = finite == 0 || other.finite == 0 ? 0 : other.mean - mean;
        return new Moments(
                count,
                zeros + other.zeros,
                nan + other.nan,
                infinite + other.infinite,
                Math.min(min, other.min),
                Math.max(max, other.max),
                finite == 0 ? other.mean : mean + distance * part,
                squaredDeviations + other.squaredDeviations + distance * distance * part * finite);
    }

    TensorStatistics statistics() {
        long count = finite + nan + infinite;
        if (finite == 0) {
            double none = Double.NaN;
            return new TensorStatistics(count, zeros, nan, infinite, none, none, none, none, none);
        }
        // Equal elements have no spread, and their mean is what they are, whatever was rounded on the way.
        double exactMean = min == max ? min : mean;
        double deviations = min == max ? 0 : squaredDeviations;
        return new TensorStatistics(
                count,
                zeros,
                nan,
                infinite,
                min,
                max,
                exactMean,
                Math.sqrt(deviations / finite),
                Math.sqrt(deviations + finite * exactMean * exactMean));
    }
}
