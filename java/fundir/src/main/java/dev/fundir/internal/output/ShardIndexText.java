package dev.fundir.internal.output;

import dev.fundir.internal.JsonString;
import java.util.Map;

/** Writes {@code model.safetensors.index.json}. */
final class ShardIndexText {
    private ShardIndexText() {}

    /**
     * The JSON of an index.
     *
     * @param totalSize bytes of all tensors
     * @param files the file name of each tensor, in the order to write them
     */
    static String of(long totalSize, Map<String, String> files) {
        StringBuilder json = new StringBuilder(files.size() * 96 + 64);
        json.append("{\n  \"metadata\": {\n    \"total_size\": ")
                .append(totalSize)
                .append("\n  },\n  \"weight_map\": {");
        String separator = "\n    ";
        for (Map.Entry<String, String> entry : files.entrySet()) {
            json.append(separator);
            JsonString.write(entry.getKey(), json);
            json.append(": ");
            JsonString.write(entry.getValue(), json);
            separator = ",\n    ";
        }
        return json.append("\n  }\n}\n").toString();
    }
}
