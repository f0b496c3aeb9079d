package dev.fundir.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardIndexTextTest {
    @Test
    void isTheJsonThatOtherToolsWrite() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("a\"b\\c\n", "m-00001-of-00002.safetensors");
        files.put("ä", "m-00002-of-00002.safetensors");
        assertEquals("""
                {
                  "metadata": {
                    "total_size": 12
                  },
                  "weight_map": {
                    "a\\"b\\\\c\\n": "m-00001-of-00002.safetensors",
                    "ä": "m-00002-of-00002.safetensors"
                  }
                }
                """, ShardIndexText.of(12, files));
    }
}
