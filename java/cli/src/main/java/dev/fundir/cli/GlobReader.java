package dev.fundir.cli;

import picocli.CommandLine.ITypeConverter;

/** Reads a {@link Glob} from the command line. */
final class GlobReader implements ITypeConverter<Glob> {
    @Override
    public Glob convert(String text) {
        return Glob.parse(text);
    }
}
