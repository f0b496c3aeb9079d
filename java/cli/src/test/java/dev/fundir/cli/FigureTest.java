package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "1, 1",
        "0.012345, 0.0123",
        "-1.2, -1.2",
        "999.9, 1000",
        "123456, 123000",
        "1234567, 1.23e6",
        "0.001, 0.001",
        "0.000999, 9.99e-4",
        "-1e-300, -1e-300",
        "NaN, -",
        "Infinity, Inf",
        "-Infinity, -Inf"
    })
    void threeDigitsAreShown(double number, String text) {
        assertEquals(text, Figure.of(number));
    }

    @Test
    void partsAreInPerCent() {
        assertEquals("0%", Figure.percent(0, 10));
        assertEquals("100%", Figure.percent(10, 10));
        assertEquals("33%", Figure.percent(1, 3));
        assertEquals("0.27%", Figure.percent(27, 10_000));
        assertEquals("<.01%", Figure.percent(1, 1_000_000));
        assertTrue(Figure.percent(99_999, 100_000).length() <= 5);
    }
}
