package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "17B, 17",
        "500MB, 500000000",
        "5GB, 5000000000",
        "512MiB, 536870912",
        "1.5k, 1500",
        "2 gib, 2147483648",
        "1TB, 1000000000000"
    })
    void readsWhatPeopleWrite(String text, long bytes) {
        assertEquals(bytes, ByteSize.parse(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "5XB", "GB", "1iB", "0.4", "99999999TB", "1e3"})
    void refusesTheRest(String text) {
        assertThrows(TypeConversionException.class, () -> ByteSize.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "12345, 12.3 kB",
        "999499, 999 kB",
        "999500, 1.00 MB",
        "2200000000, 2.20 GB",
        "9223372036854775807, 9.22 EB"
    })
    void showsThreeDigits(long bytes, String text) {
        assertEquals(text, ByteSize.format(bytes));
    }
}
