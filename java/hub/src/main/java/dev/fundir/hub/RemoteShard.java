package dev.fundir.hub;

import java.util.Map;

/**
 * A safetensors file on the Hub, of which the header was read.
 *
 * @param path in the model
 * @param byteSize bytes of the file
 * @param dataOffset where tensors begin, in bytes from the start of the file
 * @param tensorCount how many tensors it holds
 * @param metadata its own
 * @param bytesRead how many bytes of the file were moved for this
 */
public record RemoteShard(
        String path, long byteSize, long dataOffset, int tensorCount, Map<String, String> metadata, long bytesRead) {}
