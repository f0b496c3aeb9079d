package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {
    @Test
    void numbersCountAsNumbers() {
        List<String> sorted =
                List.of("", "a", "a.1", "a.01.x", "a.2", "a.10", "a.10.b", "a.99999999999999999999", "a.x", "b");
        List<String> names = new ArrayList<>(sorted);
        Collections.reverse(names);
        names.sort(NaturalOrder.INSTANCE);
        assertEquals(sorted, names);
    }
}
