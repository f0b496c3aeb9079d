package dev.fundir.ffi;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Elements of tensors as the numbers of a list in a text, which is read or written block by block.
 *
 * <p>An object is for one list, in one direction. Buffers must be direct; as with a charset's encoder, what a call
 * takes and gives moves their positions. Element types are the codes of dtypes. Not safe for many threads; failures are
 * {@link NativeException}, wrong buffers {@link IllegalArgumentException}.
 */
public final class NumberText {
    /** The most bytes of text that a number takes, with what separates it from the one before. */
    public static final int MOST_BYTES = 32;

    private static final int PROGRESS_SIZE = 56;
    private static final int TAKEN = 0;
    private static final int WRITTEN = 8;
    private static final int STATE = 16;
    private static final int LINES = 24;
    private static final int COLUMN = 32;
    private static final int NUMBERS = 40;
    private static final int OUTCOME = 48;

    /** How the numbers stand in the text. */
    public enum Style {
        /** Between the brackets of a JSON array. */
        JSON(0),
        /** Between the brackets of a YAML flow sequence. */
        YAML_FLOW(1),
        /** Each on a line of its own behind a dash: a YAML block sequence. */
        YAML_BLOCK(2);

        private final int number;

        Style(int number) {
            this.number = number;
        }
    }

    /** Why reading stopped. */
    public enum Outcome {
        /** The next number, or the end of the list, is not in the text. */
        MORE_TEXT,
        /** There is no room for elements, and a number follows. */
        OUTPUT_FULL,
        /** The list has ended. */
        ENDED
    }

    private final Style style;
    private final ByteBuffer progress = Core.direct(PROGRESS_SIZE);

    /**
     * A list at its start.
     *
     * @param style how its numbers stand in the text
     */
    public NumberText(Style style) {
        this.style = style;
    }

    /**
     * Writes elements, as many as there is room for. In front of each number stands what separates it from one before
     * it: a comma, and a line feed too where a line begins; in a block sequence a line feed, a dash and a space.
     *
     * @param elements whole elements
     * @param type the code of their dtype
     * @param numbersInLine how many numbers a line has
     * @param text where they are written; for as many numbers as it has times {@value #MOST_BYTES} bytes there is room
     */
    public void write(ByteBuffer elements, int type, long numbersInLine, ByteBuffer text) {
        Call call = Call.open();
        try {
            call.check(Status.of(Fundir.textWrite(
                    Core.input(elements),
                    elements.remaining(),
                    type,
                    style.number,
                    numbersInLine,
                    Core.output(text, text.remaining()),
                    text.remaining(),
                    Core.output(progress, PROGRESS_SIZE),
                    call.detailAddress())));
        } finally {
            Reference.reachabilityFence(call);
            Reference.reachabilityFence(elements);
            Reference.reachabilityFence(text);
        }
        elements.position(elements.position() + word(TAKEN));
        text.position(text.position() + word(WRITTEN));
    }

    /**
     * Says where in its line the next number stands that is written; at first it begins one.
     *
     * @param numbers how many stand before it, fewer than a line has
     */
    public void beginInLine(long numbers) {
        progress.putLong(STATE, numbers);
    }

    /**
     * Reads numbers, which begin behind the list's bracket or with its first line. A number whose end is not in the
     * text is left in it, unless the text is the last; so are numbers that do not fill a whole element or byte.
     *
     * @param text the list from where the last call left it
     * @param last whether nothing follows on the text
     * @param type the code of a dtype
     * @param elements takes whole elements of it; may have no room, to see whether a number follows
     * @return why it stopped
     * @throws NativeException of status {@link Status#FORMAT} when something is no number, or none that the dtype has:
     *     {@link #lines}, {@link #column} and {@link #numbers} say where
     */
    public Outcome read(ByteBuffer text, boolean last, int type, ByteBuffer elements) {
        Call call = Call.open();
        try {
            call.check(Status.of(Fundir.textRead(
                    Core.input(text),
                    text.remaining(),
                    last ? 1 : 0,
                    style.number,
                    type,
                    Core.output(elements, elements.remaining()),
                    elements.remaining(),
                    Core.output(progress, PROGRESS_SIZE),
                    call.detailAddress())));
        } finally {
            Reference.reachabilityFence(call);
            Reference.reachabilityFence(text);
            Reference.reachabilityFence(elements);
        }
        text.position(text.position() + word(TAKEN));
        elements.position(elements.position() + word(WRITTEN));
        return switch (progress.getInt(OUTCOME)) {
            case 0 -> Outcome.MORE_TEXT;
            case 1 -> Outcome.OUTPUT_FULL;
            case 2 -> Outcome.ENDED;
            default -> throw new IllegalStateException("the core stopped for a reason that this fundir does not know");
        };
    }

    /**
     * Lines of the text that have ended so far; after a failure, those before the mistake.
     *
     * @return the count
     */
    public long lines() {
        return progress.getLong(LINES);
    }

    /**
     * Bytes of the line that have been read; after a failure, those before the mistake.
     *
     * @return the count, 0 at the beginning of a line and where the list began
     */
    public long column() {
        return progress.getLong(COLUMN);
    }

    /**
     * Numbers that the last call read; after a failure, those before the mistake.
     *
     * @return the count
     */
    public long numbers() {
        return progress.getLong(NUMBERS);
    }

    private int word(int offset) {
        return Math.toIntExact(progress.getLong(offset));
    }
}
