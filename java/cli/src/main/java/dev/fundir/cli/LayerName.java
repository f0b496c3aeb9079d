package dev.fundir.cli;

/** Which layer or module of a model a tensor is a part of, by its name. */
final class LayerName {
    private LayerName() {}

    /**
     * The name up to its first number, such as {@code model.layers.3}; else without its last part, such as
     * {@code model.embed_tokens}; a name of one part is its own layer.
     */
    static String of(String tensor) {
        int begin = 0;
        for (int end = tensor.indexOf('.'); end >= 0; end = tensor.indexOf('.', begin)) {
            if (isNumber(tensor, begin, end)) {
                return tensor.substring(0, end);
            }
            begin = end + 1;
        }
        return begin == 0 ? tensor : tensor.substring(0, begin - 1);
    }

    private static boolean isNumber(String text, int begin, int end) {
        for (int i = begin; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return end > begin;
    }

    /** What a tensor's name has behind its layer; the whole name where that is the layer. */
    static String within(String tensor) {
        String layer = of(tensor);
        return layer.length() == tensor.length() ? tensor : tensor.substring(layer.length() + 1);
    }
}
