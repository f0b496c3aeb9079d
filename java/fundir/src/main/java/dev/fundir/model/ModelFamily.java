package dev.fundir.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells a family of models by the names of its tensors. */
final class ModelFamily {
    /** Parts of names that only one family has; where two match, the first is meant. */
    private static final Map<String, Pattern> MARKS = marks();

    /** Marks are in every layer: a model of a hundred thousand tensors shows its own among the first. */
    private static final int LOOKED_AT = 10_000;

    private ModelFamily() {}

    private static Map<String, Pattern> marks() {
        Map<String, Pattern> marks = new LinkedHashMap<>();
        marks.put("gpt_neox", Pattern.compile("gpt_neox\\.layers\\."));
        marks.put("bloom", Pattern.compile("self_attention\\.query_key_value\\."));
        marks.put("phi", Pattern.compile("layers\\.\\d+\\.self_attn\\.dense\\."));
        marks.put("mixtral", Pattern.compile("layers\\.\\d+\\.block_sparse_moe\\."));
        marks.put("whisper", Pattern.compile("decoder\\.layers\\.\\d+\\.encoder_attn\\."));
        marks.put("opt", Pattern.compile("decoder\\.layers\\.\\d+\\.self_attn_layer_norm\\."));
        marks.put("llama", Pattern.compile("layers\\.\\d+\\.mlp\\.gate_proj\\."));
        marks.put("clip", Pattern.compile("(?:text|vision)_model\\.encoder\\.layers\\."));
        marks.put("gpt2", Pattern.compile("(?:^|\\.)h\\.\\d+\\.attn\\.c_attn\\."));
        marks.put("t5", Pattern.compile("block\\.\\d+\\.layer\\.0\\.SelfAttention\\."));
        marks.put("distilbert", Pattern.compile("layer\\.\\d+\\.attention\\.q_lin\\."));
        marks.put("bert", Pattern.compile("layer\\.\\d+\\.attention\\.self\\.query\\."));
        marks.put("vit", Pattern.compile("blocks\\.\\d+\\.attn\\.qkv\\."));
        return marks;
    }

    /** The family whose mark is in one of the names. */
    static Optional<String> of(List<String> names) {
        List<String> first = names.subList(0, Math.min(names.size(), LOOKED_AT));
        return MARKS.entrySet().stream()
                .filter(mark -> first.stream()
                        .anyMatch(name -> mark.getValue().matcher(name).find()))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
