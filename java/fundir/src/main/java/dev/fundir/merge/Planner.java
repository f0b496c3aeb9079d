package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import dev.fundir.internal.NearNames;
import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        Optional<MergeMethod> known = MethodTable.get().find(request.method());
        if (known.isEmpty()) {
            problems.add(Kind.METHOD, unknownMethod());
        }
        Participants who = Participants.of(request, known, problems, notices);
        Optional<ParameterValues> values = known.map(method -> ParameterValues.resolve(method, request, who, problems));
        checkOutputDType();
        checkNonFloat(who);
        if (known.isEmpty() || who.paths().isEmpty()) {
            throw problems.exception();
        }
        try (Inputs inputs = openInputs(who)) {
            return plan(known.get(), who, values.orElseThrow(), inputs);
        }
    }

    private MergePlan plan(MergeMethod method, Participants who, ParameterValues values, Inputs inputs)
            throws IOException {
        List<PlannedTensor> tensors = new TensorPlanner(request, method, values, who, inputs).plan(problems);
        Checkpoint first = inputs.get(0);
        Companions companions = Companions.beside(first, notices);
        Map<String, String> metadata = OutputMetadata.of(request, method, place, first, companions, tensors.size());
        OutputLayout layout = OutputLayout.of(place, tensors, shardSize(), metadata);
        List<SideFile> sideFiles = new ArrayList<>();
        if (place.isFolder()) {
            sideFiles.addAll(companions.into(place, request.outputDType()));
        }
        layout.index().ifPresent(sideFiles::add);
        OutputPlan output = OutputPlan.of(place, layout.files(), sideFiles);
        OutputCheck.check(output, inputs.files(), request.overwrite(), problems);
        problems.throwIfAny();
        noteShards(layout);
        return new MergePlan(request, method, output, layout.tensors(), notices);
    }

    /** What is wrong with the request comes before a file that cannot be opened. */
    private Inputs openInputs(Participants who) throws IOException {
        try {
            return Inputs.open(who.paths());
        } catch (IOException e) {
            if (problems.isEmpty()) {
                throw e;
            }
            MergeException exception = problems.exception();
            exception.addSuppressed(e);
            throw exception;
        }
    }

    private String unknownMethod() {
        var names = MethodTable.get().names();
        return "there is no merge method " + request.method() + NearNames.suggestion(request.method(), names)
                + "; the methods are " + String.join(", ", names);
    }

    private void checkOutputDType() {
        Optional<DType> dtype = request.outputDType();
        if (dtype.isPresent() && !TensorPlanner.MERGEABLE.contains(dtype.get())) {
            problems.add(
                    Kind.DTYPE, "the output cannot be " + dtype.get() + ", expected one of " + TensorPlanner.MERGEABLE);
        }
    }

    private void checkNonFloat(Participants who) {
        if (request.nonFloat() == NonFloat.BASE && who.base().isEmpty()) {
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
