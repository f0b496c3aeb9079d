package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.internal.TorchDType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What a configuration has to tell about an output.
 *
 * @param dtype the one that most bytes of its floats have; empty where it has none
 * @param asked the dtype that was asked for
 * @param layers how many there are
 * @param vocabulary the rows of the table that tokens are looked up in
 * @param hasHead whether there is a head of its own
 */
record OutputFacts(
        Optional<DType> dtype, Optional<DType> asked, LayerCounts layers, OptionalLong vocabulary, boolean hasHead) {
    private static final Pattern EMBEDDING = Pattern.compile(
            "(?:^|\\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared|token_embedding)\\.weight$");

    static OutputFacts of(List<PlannedTensor> tensors, Optional<DType> asked) {
        OptionalLong vocabulary = tensors.stream()
                .filter(tensor -> tensor.shape().size() == 2
                        && EMBEDDING.matcher(tensor.name()).find())
                .mapToLong(tensor -> tensor.shape().get(0))
                .findFirst();
        LayerCounts layers =
                LayerCounts.of(tensors.stream().map(PlannedTensor::name).toList());
        boolean hasHead = tensors.stream().anyMatch(tensor -> tensor.name().equals(TiedHead.HEAD));
        return new OutputFacts(mostOf(tensors), asked, layers, vocabulary, hasHead);
    }

    private static Optional<DType> mostOf(List<PlannedTensor> tensors) {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        tensors.stream()
                .filter(tensor -> TorchDType.nameOf(tensor.dtype()).isPresent())
                .forEach(tensor -> bytes.merge(tensor.dtype(), tensor.byteSize(), Long::sum));
        return bytes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }
}
