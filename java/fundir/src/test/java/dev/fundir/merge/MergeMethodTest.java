package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MergeMethodTest {
    @Test
    void tableHoldsTheEnginesMethodsAndTheAliases() {
        List<String> names = MergeMethod.all().stream().map(MergeMethod::name).toList();
        assertTrue(
                names.containsAll(List.of(
                        "average", "dare", "dare_linear", "dare_ties", "linear", "slerp", "task_arithmetic", "ties")),
                names.toString());
        assertEquals(names.stream().sorted().toList(), names);
    }

    @Test
    void tiesDeclaresItsParameters() {
        MergeMethod ties = MergeMethod.find("ties").orElseThrow();
        assertEquals(MergeMethod.Base.REQUIRED, ties.base());
        MergeParameter density = ties.parameter("density").orElseThrow();
        assertEquals(MergeParameter.Scope.MODEL, density.scope());
        assertEquals(OptionalDouble.of(1), density.defaultValue());
        assertEquals(
                OptionalDouble.empty(), ties.parameter("weight").orElseThrow().defaultValue());
        MergeParameter election = ties.parameter("sign_election").orElseThrow();
        assertEquals(List.of("mass", "count"), election.choices());
    }

    @Test
    void averageOffersNeitherWeightNorNormalize() {
        assertEquals(List.of(), MergeMethod.find("average").orElseThrow().parameters());
    }

    @Test
    void slerpTakesOneModelBesidesItsBase() {
        MergeMethod slerp = MergeMethod.find("slerp").orElseThrow();
        assertEquals(1, slerp.fewestModels());
        assertEquals(1, slerp.mostModels());
    }

    @Test
    void parametersReadNumbersBooleansAndChoices() {
        MergeMethod ties = MergeMethod.find("ties").orElseThrow();
        MergeParameter density = ties.parameter("density").orElseThrow();
        assertEquals(0.5, density.encode(0.5f));
        assertEquals(1e-5, density.encode("1e-5"));
        assertThrows(IllegalArgumentException.class, () -> density.encode(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> density.encode("half"));
        MergeParameter normalize = ties.parameter("normalize").orElseThrow();
        assertEquals(1, normalize.encode(true));
        assertEquals(0, normalize.encode("False"));
        MergeParameter election = ties.parameter("sign_election").orElseThrow();
        assertEquals(1, election.encode("count"));
        assertEquals("count", election.decode(1));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> election.encode("votes"));
        assertTrue(e.getMessage().contains("one of mass, count"), e.getMessage());
    }
}
