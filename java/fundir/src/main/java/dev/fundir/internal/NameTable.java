package dev.fundir.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds tensors by their names: a hash table with open addressing whose cells hold tensor numbers; names and their
 * hashes stay in the header indexes. Tensors of one name, which only different files can have, have a cell each.
 * Immutable once built.
 */
final class NameTable {
    private static final int EMPTY = -1;

    private final TensorTable tensors;
    private final int[] cells;
    private final List<String> repeated = new ArrayList<>();

    private NameTable(TensorTable tensors) {
        this.tensors = tensors;
        cells = new int[Math.max(2, Integer.highestOneBit(tensors.size()) * 4)];
        Arrays.fill(cells, EMPTY);
    }

    /** The table of all tensors of a checkpoint. */
    static NameTable of(TensorTable tensors) {
        NameTable table = new NameTable(tensors);
        for (int place = 0; place < tensors.size(); place++) {
            table.add(tensors.inFileOrder(place));
        }
        return table;
    }

    private void add(int number) {
        long hash = hash(number);
        int cell = firstCell(hash);
        for (; cells[cell] != EMPTY; cell = next(cell)) {
            if (hash(cells[cell]) == hash && sameName(cells[cell], number)) {
                repeated.add(tensors.name(number));
            }
        }
        cells[cell] = number;
    }

    private boolean sameName(int a, int b) {
        return HeaderIndex.compareNames(tensors.header(a), tensors.record(a), tensors.header(b), tensors.record(b))
                == 0;
    }

    /** Names that more than one tensor has. */
    List<String> repeated() {
        return repeated;
    }

    /** The number of the first tensor of this name (UTF-8), or -1. */
    int find(byte[] name) {
        long hash = NameHash.of(name, NameHash.SEED);
        for (int cell = firstCell(hash); cells[cell] != EMPTY; cell = next(cell)) {
            if (isNamed(cells[cell], hash, name)) {
                return cells[cell];
            }
        }
        return -1;
    }

    /** The number of the tensor of this name (UTF-8) in one file, or -1. */
    int findIn(int file, byte[] name) {
        for (int number : findAll(name)) {
            if (tensors.file(number) == file) {
                return number;
            }
        }
        return -1;
    }

    /** The numbers of all tensors of this name (UTF-8), in file order. */
    List<Integer> findAll(byte[] name) {
        long hash = NameHash.of(name, NameHash.SEED);
        List<Integer> found = new ArrayList<>(1);
        for (int cell = firstCell(hash); cells[cell] != EMPTY; cell = next(cell)) {
            if (isNamed(cells[cell], hash, name)) {
                found.add(cells[cell]);
            }
        }
        return found;
    }

    private boolean isNamed(int number, long hash, byte[] name) {
        return hash(number) == hash && tensors.header(number).nameIs(tensors.record(number), name);
    }

    private long hash(int number) {
        return tensors.header(number).hash(tensors.record(number));
    }

    private int firstCell(long hash) {
        return (int) hash & cells.length - 1;
    }

    private int next(int cell) {
        return cell + 1 & cells.length - 1;
    }
}
