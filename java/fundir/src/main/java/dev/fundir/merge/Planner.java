package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import dev.fundir.internal.FileFailure;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.output.OutputLayout;
import dev.fundir.internal.output.OutputPlace;
import dev.fundir.internal.output.OutputPlan;
import dev.fundir.internal.output.SideFile;
import dev.fundir.internal.recipe.LayerRange;
import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        RecipeReading.Result said =
                recipe.isPresent() ? RecipeReading.read(recipe.get(), request, problems) : ofRequest();
        checkOutputDType();
        said.arrangement().ifPresent(this::checkNonFloat);
        try (OpenInputs opened = OpenInputs.of(said.models().keySet())) {
            reportFailures(said, opened);
            checkLayers(said, opened);
            if (said.arrangement().isEmpty()
                    || problems.areInRecipe()
                    || !opened.failures().isEmpty()) {
                problems.throwIfAny();
            }
            return plan(said, said.arrangement().orElseThrow(), opened);
        }
    }

    private RecipeReading.Result ofRequest() {
        Optional<Arrangement> arrangement = ofModels();
        Map<Path, Place> models = new LinkedHashMap<>();
        request.base().ifPresent(path -> models.put(path, Place.START));
        request.models().forEach(model -> models.put(model.path(), Place.START));
        return new RecipeReading.Result(
                arrangement,
                models,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                new Overrides());
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

    private MergePlan plan(RecipeReading.Result said, Arrangement arrangement, OpenInputs opened) throws IOException {
        MergeMethod method = arrangement.method();
        Inputs inputs = Inputs.of(arrangement.inputs().stream()
                .map(path -> opened.find(path).orElseThrow())
                .toList());
        List<Site> sites = Sites.of(arrangement, inputs);
        Optional<DType> dtype = request.outputDType().or(said::dtype);
        List<PlannedTensor> tensors = new TensorPlanner(request, dtype, method, inputs).plan(sites, problems);
        arrangement.parts().forEach(part -> part.parameters().report(problems));
        notices.addAll(said.overrides().notices());
        noteTiedHeads(tensors, inputs);
        Checkpoint first = inputs.get(0);
        Companions companions = Companions.of(inputs, arrangement.tokenizer(), notices);
        Map<String, String> metadata = OutputMetadata.of(request, method, place, first, companions, tensors.size());
        OutputLayout layout = OutputLayout.of(
                place, tensors.stream().map(PlannedTensor::declaration).toList(), shardSize(), metadata);
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
        return new MergePlan(request, arrangement, masks, output, PlacedTensor.of(tensors, layout), notices);
    }

    private void noteTiedHeads(List<PlannedTensor> tensors, Inputs inputs) {
        if (tensors.stream().anyMatch(tensor -> tensor.name().equals(TiedHead.HEAD))) {
            inputs.withTiedHead()
                    .forEach(path -> notices.add(path + " has no " + TiedHead.HEAD
                            + " of its own: its embeddings, to which it is tied, are taken"));
        }
    }

    /** The layers that a recipe takes have to be there. */
    private void checkLayers(RecipeReading.Result said, OpenInputs opened) {
        for (RecipeReading.Layers taken : said.layers()) {
            LayerRange range = taken.range().value();
            opened.find(taken.model()).map(OpenInputs::layerCount).ifPresent(count -> {
                if (range.end() > count) {
                    problems.at(
                            request.recipe().orElseThrow(),
                            taken.range().place(),
                            "layer_range " + range + " of " + taken.model() + " reaches beyond its " + count
                                    + (count == 1 ? " layer" : " layers"));
                }
            });
        }
    }

    /** Inputs that cannot be opened, which are among all else that is wrong, and keep their exceptions. */
    private void reportFailures(RecipeReading.Result said, OpenInputs opened) throws IOException {
        boolean isOnly = request.recipe().isEmpty()
                && problems.isEmpty()
                && opened.failures().size() == 1;
        if (isOnly) {
            throw opened.failures().values().iterator().next();
        }
        opened.failures().forEach((path, failure) -> {
            if (request.recipe().isPresent()) {
                problems.at(request.recipe().get(), said.models().get(path), FileFailure.sentence(failure));
            } else {
                problems.add(Kind.INPUT, FileFailure.sentence(failure));
            }
            problems.cause(failure);
        });
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
