package dev.fundir.internal.recipe;

/** A text that is not the YAML it should be. Does not leave this package. */
final class YamlMistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    YamlMistake(Place place, String sentence) {
        super(sentence);
        this.place = place;
    }

    Place place() {
        return place;
    }
}
