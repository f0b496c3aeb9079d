package dev.fundir.merge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who takes part in a merge: the base, if there is one, and the models, in order.
 *
 * @param promoted whether the base is the first of the models that the caller named
 * @param named whether the base is one of the models that the caller named
 * @param baseParameters what the caller gave for a base as one of the models, to be refused
 */
record Participants(
        Optional<Path> base,
        List<MergeRequest.Model> models,
        boolean promoted,
        boolean named,
        Map<String, Object> baseParameters) {

    /** Finds the base and checks the numbers. An unknown method is taken as one without rules. */
    static Participants of(MergeRequest request, Optional<MergeMethod> known, Problems problems, List<String> notices) {
        List<MergeRequest.Model> named = request.models();
        if (named.isEmpty() && request.base().isEmpty()) {
            problems.add(MergeException.Kind.MODELS, "no models are given");
            return new Participants(Optional.empty(), List.of(), false, false, Map.of());
        }
        Participants who = new Participants(request.base(), named, false, false, Map.of());
        if (known.isEmpty()) {
            return who;
        }
        MergeMethod method = known.get();
        if (method.base() == MergeMethod.Base.NONE && request.base().isPresent()) {
            problems.add(
                    MergeException.Kind.MODELS,
                    method + " takes no base, but " + request.base().get() + " is given as one; give it as a model");
        }
        if (method.base() == MergeMethod.Base.REQUIRED && request.base().isEmpty()) {
            MergeRequest.Model first = named.get(0);
            List<MergeRequest.Model> others = named.subList(1, named.size());
            who = new Participants(Optional.of(first.path()), others, true, true, first.parameters());
        } else if (method.base() != MergeMethod.Base.NONE && request.base().isPresent()) {
            who = who.withoutBaseAmongModels(notices);
        }
        if (who.checkCount(method, problems) && who.promoted()) {
            notices.add("no base is given: the first model, " + named.get(0).path() + ", is the base");
        }
        return who;
    }

    /** A model that is the base is the base only, as in recipes. */
    private Participants withoutBaseAmongModels(List<String> notices) {
        Path real = RealPath.of(base.orElseThrow());
        for (MergeRequest.Model model : models) {
            if (RealPath.of(model.path()).equals(real)) {
                notices.add(model.path() + " is the base: it is not one of the models as well");
                List<MergeRequest.Model> others = new ArrayList<>(models);
                others.remove(model);
                return new Participants(base, others, false, true, model.parameters());
            }
        }
        return this;
    }

    private boolean checkCount(MergeMethod method, Problems problems) {
        if (models.size() >= method.fewestModels() && models.size() <= method.mostModels()) {
            return true;
        }
        String besides =
                base.isPresent() ? (promoted ? " besides the first, which is the base" : " besides the base") : "";
        problems.add(
                MergeException.Kind.MODELS,
                method + " merges " + method.countOfModels() + besides + ", but " + count(models.size()) + " given");
        return false;
    }

    private static String count(int models) {
        return models == 0 ? "none is" : models == 1 ? "1 is" : models + " are";
    }

    /** All inputs, the base first. */
    List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        base.ifPresent(paths::add);
        models.forEach(model -> paths.add(model.path()));
        return paths;
    }
}
