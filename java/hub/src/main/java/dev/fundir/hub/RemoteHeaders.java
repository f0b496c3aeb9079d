package dev.fundir.hub;

import dev.fundir.DType;
import dev.fundir.hub.HubException.Reason;
import dev.fundir.internal.CheckpointLayout;
import dev.fundir.internal.HeaderIndex;
import dev.fundir.internal.HeaderReader;
import dev.fundir.internal.ShardIndex;
import dev.fundir.internal.Shards;
import dev.fundir.internal.TensorTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the headers of a model on the Hub: a range of each file, and a second one where a header is long. */
final class RemoteHeaders {
    /** Holds the headers of most files. */
    private static final int FIRST_READ = 100_001;

    private static final int THREADS = 8;
    private static final long LONGEST_INDEX = 256L << 20;
    private static final long LONGEST_CONFIG = 16L << 20;

    private final Transport transport;
    private final ModelId id;
    private final ModelId pinned;
    private final List<String> names;

    private RemoteHeaders(Transport transport, ModelId id, ModelInfo info) {
        this.transport = transport;
        this.id = id;
        // What follows is all of one commit, also when the branch moves on meanwhile.
        this.pinned = id.at(info.commit());
        this.names = info.fileNames();
    }

    /** A header that was read. */
    private record Read(String path, HeaderIndex header, long byteSize, long bytesRead) {}

    static RemoteCheckpoint read(Transport transport, ModelId id) throws IOException {
        return new RemoteHeaders(transport, id, ModelPages.info(transport, id)).read();
    }

    private RemoteCheckpoint read() throws IOException {
        Optional<String> config = Optional.empty();
        long moved = 0;
        if (names.contains("config.json")) {
            byte[] text = whole("config.json", LONGEST_CONFIG);
            moved += text.length;
            config = Optional.of(new String(text, StandardCharsets.UTF_8));
        }
        Optional<String> indexName = SafetensorsNames.index(names);
        Optional<ShardIndex> index = Optional.empty();
        List<String> paths;
        if (indexName.isPresent()) {
            byte[] text = whole(indexName.get(), LONGEST_INDEX);
            moved += text.length;
            index = Optional.of(ShardIndex.of(direct(text), local(indexName.get())));
            paths = new ArrayList<>();
            for (String name : index.get().fileNames()) {
                paths.add(RemotePath.checked(SafetensorsNames.beside(indexName.get(), name)));
            }
        } else {
            paths = SafetensorsNames.files(names)
                    .orElseThrow(() -> new HubException(Reason.ENTRY, SafetensorsNames.none(id, names)));
        }
        List<Read> read = Workers.run(paths, THREADS, this::header, () -> {});
        for (Read file : read) {
            moved += file.bytesRead;
        }
        return assembled(config, index, read, moved);
    }

    private RemoteCheckpoint assembled(Optional<String> config, Optional<ShardIndex> index, List<Read> read, long moved)
            throws IOException {
        List<HeaderIndex> headers = read.stream().map(Read::header).toList();
        CheckpointLayout layout = new CheckpointLayout(
                Path.of(id.name()), read.stream().map(file -> local(file.path)).toList(), index, List.of());
        TensorTable table = Shards.join(layout, headers);
        List<RemoteTensor> tensors = new ArrayList<>();
        for (int place = 0; place < table.size(); place++) {
            int number = table.inNameOrder(place);
            Read file = read.get(table.file(number));
            tensors.add(tensor(file.path, file.header, table.record(number)));
        }
        List<RemoteShard> files = read.stream()
                .map(file -> new RemoteShard(
                        file.path,
                        file.byteSize,
                        file.header.dataStart(),
                        file.header.tensorCount(),
                        file.header.metadata(),
                        file.bytesRead))
                .toList();
        return new RemoteCheckpoint(id, pinned.revision(), files, List.copyOf(tensors), config, moved);
    }

    private static RemoteTensor tensor(String file, HeaderIndex header, int record) {
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < header.rank(record); axis++) {
            shape.add(header.dimension(record, axis));
        }
        return new RemoteTensor(
                header.name(record),
                DType.fromCode(header.dtypeCode(record)),
                List.copyOf(shape),
                header.elementCount(record),
                file,
                header.begin(record),
                header.end(record) - header.begin(record));
    }

    private byte[] whole(String path, long most) throws IOException {
        Request request = Request.get(transport.at(ModelPages.resolve(pinned, path)), Request.Subject.of(id, path));
        return transport.bytes(request, most);
    }

    private Read header(String path) throws IOException {
        RangeRead first = RangeRead.of(transport, pinned, path, 0, FIRST_READ);
        long[] moved = {first.bytes().length};
        HeaderIndex header = HeaderReader.read(
                length -> {
                    if (length <= first.bytes().length) {
                        return direct(first.bytes()).limit((int) length);
                    }
                    RangeRead rest = RangeRead.of(
                            transport,
                            pinned,
                            path,
                            first.bytes().length,
                            Math.toIntExact(length) - first.bytes().length);
                    rest.requireSize(first.fileSize(), path);
                    moved[0] += rest.bytes().length;
                    return ByteBuffer.allocateDirect((int) length)
                            .put(first.bytes())
                            .put(rest.bytes())
                            .flip();
                },
                first.bytes().length,
                first.fileSize(),
                local(path));
        return new Read(path, header, first.fileSize(), moved[0]);
    }

    /** How errors of the format name a file that is no file here. */
    private Path local(String path) {
        return Path.of(id.name(), path.split("/", -1));
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
