package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;

/** Writes one JSON document to a stream that stays open. */
final class JsonReport implements AutoCloseable {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private final JsonGenerator json;
    private final Writer out;

    JsonReport(Writer out) throws IOException {
        this.out = out;
        json = FACTORY.createGenerator(out).setPrettyPrinter(new DefaultPrettyPrinter());
        json.writeStartObject();
    }

    JsonGenerator generator() {
        return json;
    }

    JsonReport strings(String name, Collection<?> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (Object value : values) {
            json.writeString(value.toString());
        }
        json.writeEndArray();
        return this;
    }

    JsonReport numbers(String name, Collection<Long> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        return this;
    }

    /** 64 bits without sign. */
    JsonReport unsigned(String name, long value) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(new BigInteger(Long.toUnsignedString(value)));
        return this;
    }

    /** A whole number; null where there is none. */
    JsonReport count(String name, OptionalLong value) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(name, value.getAsLong());
        } else {
            json.writeNullField(name);
        }
        return this;
    }

    /** A number; null where it is NaN or infinite, which JSON has no numbers for. */
    JsonReport real(String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
        }
        return this;
    }

    /** Values that are Double, Boolean or String. */
    JsonReport values(String name, Map<String, Object> values) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            json.writeFieldName(entry.getKey());
            if (entry.getValue() instanceof Double number) {
                json.writeNumber(number);
            } else if (entry.getValue() instanceof Boolean truth) {
                json.writeBoolean(truth);
            } else {
                json.writeString(entry.getValue().toString());
            }
        }
        json.writeEndObject();
        return this;
    }

    @Override
    public void close() throws IOException {
        json.writeEndObject();
        json.close();
        out.write(System.lineSeparator());
    }
}
