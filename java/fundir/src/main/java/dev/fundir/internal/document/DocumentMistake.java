package dev.fundir.internal.document;

/** A text that is not the document it should be. Its readers turn it into an exception that names the file. */
public final class DocumentMistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    /**
     * A mistake at a place.
     *
     * @param place where it is
     * @param sentence what was found, what was expected
     */
    public DocumentMistake(Place place, String sentence) {
        super(sentence);
        this.place = place;
    }

    /**
     * Where it is.
     *
     * @return line and column
     */
    public Place place() {
        return place;
    }
}
