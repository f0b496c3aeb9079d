package dev.fundir.internal;

import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The tensors of the files of a checkpoint. Each has a number: files one after the other, each in file order.
 *
 * <p>Names are found in constant time, and the name orders of several files are merged into one; both are prepared when
 * they are first needed. Safe for many threads.
 */
public final class TensorTable {
    private final List<HeaderIndex> headers;
    /** The number of each file's first tensor, and behind them the count of all. */
    private final int[] firsts;
    /** Tensors that do not count, because another shard's tensor of that name does; almost always empty. */
    private final BitSet hidden;
    /** The numbers of those that count, in file order; null when all do. */
    private final int[] visible;

    private volatile NameTable names;
    private volatile int[] nameOrder;

    private TensorTable(List<HeaderIndex> headers, int[] firsts, BitSet hidden) {
        this.headers = headers;
        this.firsts = firsts;
        this.hidden = hidden;
        this.visible = hidden.isEmpty()
                ? null
                : IntStream.range(0, firsts[headers.size()])
                        .filter(number -> !hidden.get(number))
                        .toArray();
    }

    /**
     * The table of all tensors of some files.
     *
     * @param headers the files' headers, indexed with one seed
     * @return the table
     */
    public static TensorTable of(List<HeaderIndex> headers) {
        int[] firsts = new int[headers.size() + 1];
        for (int file = 0; file < headers.size(); file++) {
            firsts[file + 1] = Math.addExact(firsts[file], headers.get(file).tensorCount());
        }
        return new TensorTable(List.copyOf(headers), firsts, new BitSet());
    }

    /** This table less some tensors. */
    TensorTable without(BitSet numbers) {
        return numbers.isEmpty() ? this : new TensorTable(headers, firsts, numbers);
    }

    /**
     * How many tensors there are.
     *
     * @return the count
     */
    public int size() {
        return visible == null ? firsts[headers.size()] : visible.length;
    }

    /**
     * How many elements all tensors have together.
     *
     * @return the sum of the element counts
     */
    public long elementCount() {
        long count = 0;
        for (int place = 0; place < size(); place++) {
            int number = inFileOrder(place);
            count += header(number).elementCount(record(number));
        }
        return count;
    }

    /**
     * The file of a tensor.
     *
     * @param number the tensor
     * @return the number of the file, from 0
     */
    public int file(int number) {
        int low = 0;
        int high = headers.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (firsts[middle] <= number) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The place of a tensor in its file's header.
     *
     * @param number the tensor
     * @return the record
     */
    public int record(int number) {
        return number - firsts[file(number)];
    }

    /** The header of a tensor's file. */
    HeaderIndex header(int number) {
        return headers.get(file(number));
    }

    /**
     * A tensor's name.
     *
     * @param number the tensor
     * @return a new string
     */
    public String name(int number) {
        return header(number).name(record(number));
    }

    /**
     * The tensor at a place of the file order.
     *
     * @param place from 0 to the size, exclusive
     * @return the tensor's number
     */
    public int inFileOrder(int place) {
        return visible == null ? place : visible[place];
    }

    /**
     * The tensor at a place of the name order.
     *
     * @param place from 0 to the size, exclusive
     * @return the tensor's number
     */
    public int inNameOrder(int place) {
        if (headers.size() == 1) {
            return headers.get(0).byName(place);
        }
        int[] order = nameOrder;
        if (order == null) {
            order = mergeNameOrders();
            nameOrder = order; // two threads may both have made it: they are equal
        }
        return order[place];
    }

    private int[] mergeNameOrders() {
        PriorityQueue<NameCursor> cursors = new PriorityQueue<>();
        for (int file = 0; file < headers.size(); file++) {
            if (headers.get(file).tensorCount() > 0) {
                cursors.add(new NameCursor(headers.get(file), firsts[file]));
            }
        }
        int[] order = new int[size()];
        int place = 0;
        while (!cursors.isEmpty()) {
            NameCursor first = cursors.poll();
            if (!hidden.get(first.number())) {
                order[place++] = first.number();
            }
            if (first.next()) {
                cursors.add(first);
            }
        }
        return order;
    }

    /**
     * The tensor of a name.
     *
     * @param name any string
     * @return the tensor's number, or -1 when there is none
     */
    public int find(String name) {
        return Utf8.encode(name).map(utf8 -> names().find(utf8)).orElse(-1);
    }

    NameTable names() {
        NameTable table = names;
        if (table == null) {
            table = NameTable.of(this);
            names = table; // two threads may both have made it: they are equal
        }
        return table;
    }

    /** Walks through the tensors of a file in name order. */
    private static final class NameCursor implements Comparable<NameCursor> {
        private final HeaderIndex header;
        private final int first;
        private int place;

        NameCursor(HeaderIndex header, int first) {
            this.header = header;
            this.first = first;
        }

        int number() {
            return first + header.byName(place);
        }

        boolean next() {
            place++;
            return place < header.tensorCount();
        }

        @Override
        public int compareTo(NameCursor other) {
            return HeaderIndex.compareNames(
                    header, header.byName(place), other.header, other.header.byName(other.place));
        }
    }
}
