package dev.fundir.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a seed: 64 bits without sign, as results and metadata show them. */
final class Seed implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    "'" + text + "' is not a seed, expected a number from 0 to 18446744073709551615");
        }
    }
}
