package dev.fundir.merge;

import dev.fundir.ffi.Core;
import dev.fundir.internal.NearNames;
import dev.fundir.merge.MergeMethod.Base;
import dev.fundir.merge.MergeParameter.Kind;
import dev.fundir.merge.MergeParameter.Scope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The methods that the engine declares, and the names that only this library adds to them. Read from the engine once.
 */
final class MethodTable {
    private static final long NO_LIMIT = 0xFFFF_FFFFL;

    /** The parameters that count something: to the engine they are numbers, of which it drops what is not whole. */
    private static final Set<String> COUNTS = Set.of("max_iter");

    private final TreeMap<String, MergeMethod> byName;

    private MethodTable(Collection<MergeMethod> declared) {
        byName = new TreeMap<>();
        declared.forEach(method -> byName.put(method.name(), method));
        alias("average", "Average", "linear", Map.of("weight", 1.0, "normalize", 1.0));
        alias("dare", null, "dare_linear", Map.of());
    }

    static MethodTable get() {
        return Holder.TABLE;
    }

    /** In name order. */
    List<MergeMethod> methods() {
        return List.copyOf(byName.values());
    }

    Optional<MergeMethod> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Collection<String> names() {
        return byName.keySet();
    }

    /** Says that there is no method of this name. */
    String unknown(String name) {
        return "there is no merge method " + name + NearNames.suggestion(name, names()) + "; the methods are "
                + String.join(", ", names());
    }

    /** Another name for a method, with some of its parameters fixed; a null label keeps the method's. */
    private void alias(String name, String label, String original, Map<String, Double> fixed) {
        MergeMethod method =
                find(original).orElseThrow(() -> new IllegalStateException("the engine lacks " + original));
        Map<MergeParameter, Double> hidden = new LinkedHashMap<>();
        List<MergeParameter> offered = new ArrayList<>();
        for (MergeParameter parameter : method.parameters()) {
            if (fixed.containsKey(parameter.name())) {
                hidden.put(parameter, fixed.get(parameter.name()));
            } else {
                offered.add(parameter);
            }
        }
        byName.put(
                name,
                new MergeMethod(
                        name,
                        label == null ? method.label() : label,
                        method.base(),
                        method.fewestModels(),
                        method.mostModels(),
                        offered,
                        original,
                        hidden));
    }

    /** Loaded when it is first asked for: it takes the native library. */
    private static final class Holder {
        static final MethodTable TABLE = new MethodTable(new Decoder(Core.mergeMethods()).methods());
    }

    /** Reads the encoding of {@code fundir_merge_methods}, see {@code fundir.h}. */
    private record Decoder(ByteBuffer in) {

        List<MergeMethod> methods() {
            return many(this::method);
        }

        private MergeMethod method() {
            String name = text();
            String label = text();
            Base base = oneOf(Base.NONE, Base.REQUIRED, Base.OPTIONAL);
            int fewest = count();
            int most = count();
            return new MergeMethod(name, label, base, fewest, most, many(this::parameter), name, Map.of());
        }

        private MergeParameter parameter() {
            String name = text();
            Scope scope = oneOf(Scope.SHARED, Scope.MODEL);
            Kind kind = oneOf(Kind.NUMBER, Kind.BOOLEAN, Kind.CHOICE);
            double byDefault = in.getDouble();
            OptionalDouble defaultValue =
                    Double.isNaN(byDefault) ? OptionalDouble.empty() : OptionalDouble.of(byDefault);
            double lowest = in.getDouble();
            double highest = in.getDouble();
            Kind shown = COUNTS.contains(name) ? Kind.COUNT : kind;
            return new MergeParameter(name, scope, shown, defaultValue, lowest, highest, many(this::text));
        }

        private <T> List<T> many(Supplier<T> one) {
            int count = in.getInt();
            List<T> list = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                list.add(one.get());
            }
            return List.copyOf(list);
        }

        /** The meaning of a number that counts from 0. */
        @SafeVarargs
        private <T> T oneOf(T... meanings) {
            return meanings[in.getInt()];
        }

        /** A count of models, where the largest stands for no limit. */
        private int count() {
            long count = Integer.toUnsignedLong(in.getInt());
            return count == NO_LIMIT ? Integer.MAX_VALUE : Math.toIntExact(count);
        }

        private String text() {
            byte[] bytes = new byte[in.getInt()];
            in.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
