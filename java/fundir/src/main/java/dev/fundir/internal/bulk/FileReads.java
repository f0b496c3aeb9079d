package dev.fundir.internal.bulk;

import dev.fundir.internal.FileIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be read of a file.
 *
 * @param path where the file is
 * @param identity what it was when it was opened, and has to be still
 * @param pieces its bytes, ascending; they do not overlap
 */
public record FileReads(Path path, FileIdentity identity, List<Piece> pieces) {
    /** One block of the file: what of the pieces lies between two multiples of the block's size. */
    record Block(FileReads file, List<Piece> pieces) {}

    /** All blocks, ascending. Bytes that no piece asks for are in none. */
    List<Block> blocks(int blockBytes) {
        List<Block> blocks = new ArrayList<>();
        List<Piece> block = new ArrayList<>();
        long border = 0;
        for (Piece piece : pieces) {
            for (long at = piece.offset(); at < piece.end(); ) {
                if (at >= border) {
                    finish(block, blocks);
                    block = new ArrayList<>();
                    border = (at / blockBytes + 1) * blockBytes;
                }
                int length = (int) (Math.min(piece.end(), border) - at);
                block.add(piece.part(at, length));
                at += length;
            }
        }
        finish(block, blocks);
        return blocks;
    }

    private void finish(List<Piece> block, List<Block> blocks) {
        if (!block.isEmpty()) {
            blocks.add(new Block(this, block));
        }
    }
}
