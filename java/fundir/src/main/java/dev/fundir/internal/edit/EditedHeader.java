package dev.fundir.internal.edit;

import dev.fundir.internal.HeaderIndex;
import dev.fundir.internal.HeaderReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/** Makes sure, before any byte is written, that an edited header is the old one but for what was to be changed. */
final class EditedHeader {
    private EditedHeader() {}

    /**
     * Reads the edited header as anybody will, and compares.
     *
     * @param start the first bytes of the edited file, up to the first tensor
     * @throws IllegalStateException when it is another one than it should be, which would be a defect
     */
    static void check(HeaderFile file, ByteBuffer start, EditRequest request) throws IOException {
        long size = start.remaining() + file.dataSize();
        HeaderIndex edited = HeaderReader.check(start, size, file.path());
        HeaderIndex old = file.header();
        Map<String, String> newNames = request.newNames();
        boolean same =
                edited.tensorCount() == old.tensorCount() && edited.metadata().equals(request.applyTo(old.metadata()));
        for (int record = 0; same && record < old.tensorCount(); record++) {
            String name = old.name(record);
            same = edited.name(record).equals(newNames.getOrDefault(name, name)) && sameTensor(old, edited, record);
        }
        if (!same) {
            throw new IllegalStateException("a defect of fundir, please report it: the edited header of " + file.path()
                    + " is not the one that was asked for; nothing was written");
        }
    }

    private static boolean sameTensor(HeaderIndex old, HeaderIndex edited, int record) {
        boolean same = old.begin(record) - old.dataStart() == edited.begin(record) - edited.dataStart()
                && old.end(record) - old.dataStart() == edited.end(record) - edited.dataStart()
                && old.dtypeCode(record) == edited.dtypeCode(record)
                && old.rank(record) == edited.rank(record);
        for (int axis = 0; same && axis < old.rank(record); axis++) {
            same = old.dimension(record, axis) == edited.dimension(record, axis);
        }
        return same;
    }
}
