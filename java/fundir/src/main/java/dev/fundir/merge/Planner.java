package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Makes a plan of a request, or an exception that lists all that is wrong with it. */
final class Planner {
    private final MergeRequest request;
    private final OutputPlace place;
    private final Problems problems = new Problems();
    private final List<String> notices = new ArrayList<>();

    private Planner(MergeRequest request, OutputPlace place) {
        this.request = request;
        this.place = place;
    }

    static MergePlan plan(MergeRequest request, Path output) throws IOException {
        return new Planner(request, OutputPlace.of(output)).plan();
    }

    private MergePlan plan() throws IOException {
        Optional<Path> recipe = request.recipe();
        RecipeReading.Result said = recipe.isPresent()
                ? RecipeReading.read(recipe.get(), request, problems)
                : new RecipeReading.Result(
                        ofModels(), Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), Optional.empty());
        checkOutputDType();
        if (said.arrangement().isEmpty()) {
            throw problems.exception();
        }
        checkNonFloat(said.arrangement().get());
        try (Inputs inputs = openInputs(said.arrangement().get())) {
            return plan(said, said.arrangement().get(), inputs);
        }
    }

    /** What the method and the models that the caller named make. */
    private Optional<Arrangement> ofModels() {
        Optional<MergeMethod> known = MethodTable.get().find(request.method());
        if (known.isEmpty()) {
            problems.add(Kind.METHOD, MethodTable.get().unknown(request.method()));
        }
        Participants who = Participants.of(request, known, problems, notices);
        if (known.isEmpty() || who.paths().isEmpty()) {
            return Optional.empty();
        }
        ParameterValues values = ParameterValues.resolve(known.get(), request, who, problems);
        List<Path> paths = who.paths();
        List<Arrangement.Source> sources = IntStream.range(0, paths.size())
                .mapToObj(input -> new Arrangement.Source(input, Optional.empty()))
                .toList();
        Arrangement.Part part = new Arrangement.Part(sources, who.base().isPresent(), who.promoted(), values);
        return Optional.of(new Arrangement(known.get(), paths, List.of(part), Optional.empty()));
    }

    private MergePlan plan(RecipeReading.Result said, Arrangement arrangement, Inputs inputs) throws IOException {
        MergeMethod method = arrangement.method();
        checkLayers(arrangement, inputs);
        problems.throwIfRecipe();
        List<Site> sites = Sites.of(arrangement, inputs);
        Optional<DType> dtype = request.outputDType().or(said::dtype);
        List<PlannedTensor> tensors = new TensorPlanner(request, dtype, method, inputs).plan(sites, problems);
        arrangement.parts().forEach(part -> part.parameters().report(problems));
        noteTiedHeads(tensors, inputs);
        Checkpoint first = inputs.get(0);
        Companions companions = Companions.of(inputs, arrangement.tokenizer(), notices);
        Map<String, String> metadata = OutputMetadata.of(request, method, place, first, companions, tensors.size());
        OutputLayout layout = OutputLayout.of(place, tensors, shardSize(), metadata);
        List<SideFile> sideFiles = new ArrayList<>();
        if (place.isFolder()) {
            OutputFacts facts = OutputFacts.of(tensors, dtype);
            sideFiles.addAll(companions.into(place, facts, arrangement, said.chatTemplate(), notices));
            sideFiles.addAll(MergeRecord.of(place, said, request, arrangement, facts));
        }
        layout.index().ifPresent(sideFiles::add);
        OutputPlan output = OutputPlan.of(place, layout.files(), metadata, sideFiles);
        OutputCheck.check(output, inputs.files(), request.overwrite(), problems);
        problems.throwIfAny();
        noteShards(layout);
        MaskSource masks = new MaskSource(Optional.of(request.generator()), request.seed(), said.workDType());
        return new MergePlan(request, arrangement, masks, output, layout.tensors(), notices);
    }

    private void noteTiedHeads(List<PlannedTensor> tensors, Inputs inputs) {
        if (tensors.stream().anyMatch(tensor -> tensor.name().equals(TiedHead.HEAD))) {
            inputs.withTiedHead()
                    .forEach(path -> notices.add(path + " has no " + TiedHead.HEAD
                            + " of its own: its embeddings, to which it is tied, are taken"));
        }
    }

    /** The layers that a recipe takes have to be there. */
    private void checkLayers(Arrangement arrangement, Inputs inputs) {
        for (Arrangement.Part part : arrangement.parts()) {
            for (Arrangement.Source source : part.sources()) {
                int count = inputs.layerCount(source.input());
                source.layers()
                        .filter(range -> range.end() > count)
                        .ifPresent(range -> problems.add(
                                Kind.RECIPE,
                                request.recipe().orElseThrow() + ": layer_range " + range + " of "
                                        + inputs.nameOf(source.input()) + " reaches beyond its " + count
                                        + (count == 1 ? " layer" : " layers")));
            }
        }
    }

    /** What is wrong with the request comes before a file that cannot be opened. */
    private Inputs openInputs(Arrangement arrangement) throws IOException {
        try {
            return Inputs.open(arrangement.inputs());
        } catch (IOException e) {
            if (problems.isEmpty()) {
                throw e;
            }
            MergeException exception = problems.exception();
            exception.addSuppressed(e);
            throw exception;
        }
    }

    private void checkOutputDType() {
        Optional<DType> dtype = request.outputDType();
        if (dtype.isPresent() && !TensorPlanner.MERGEABLE.contains(dtype.get())) {
            problems.add(
                    Kind.DTYPE, "the output cannot be " + dtype.get() + ", expected one of " + TensorPlanner.MERGEABLE);
        }
    }

    private void checkNonFloat(Arrangement arrangement) {
        boolean withBase = arrangement.parts().stream().allMatch(Arrangement.Part::withBase);
        if (request.nonFloat() == NonFloat.BASE && !withBase) {
            problems.add(Kind.MODELS, "non-float tensors are to be the base's, but there is no base");
        }
    }

    private long shardSize() {
        return request.shardSize().orElse(place.isFolder() ? Merge.DEFAULT_SHARD_SIZE : Long.MAX_VALUE);
    }

    private void noteShards(OutputLayout layout) {
        if (!place.isFolder() && layout.files().size() > 1) {
            notices.add("the output is larger than a shard: it goes into "
                    + layout.files().size() + " files, " + layout.files().get(0).target()
                    + " and so on, with the index " + place.index());
        }
    }
}
