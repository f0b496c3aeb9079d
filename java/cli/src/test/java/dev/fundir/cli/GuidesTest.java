package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.merge.MergeMethod;
import dev.fundir.merge.MergeParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guides say can be found. */
class GuidesTest {
    private static final Path HOME = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolve("../..")
            .normalize();

    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(?:#[^)]*)?\\)");

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadToFiles(Path document) throws IOException {
        List<String> broken = LINK.matcher(Files.readString(document))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.startsWith("https://"))
                .filter(target -> !Files.exists(document.resolveSibling(target)))
                .toList();
        assertEquals(List.of(), broken);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodHasASectionThatNamesItsParameters(MergeMethod method) throws IOException {
        Matcher section = Pattern.compile("^### `" + method + "`$(.*?)(^##|\\z)", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(HOME.resolve("docs/merge-methods.md")));
        assertTrue(section.find());
        List<String> missing = method.parameters().stream()
                .map(MergeParameter::name)
                .filter(name -> !section.group(1).contains("`" + name + "`"))
                .toList();
        assertEquals(List.of(), missing);
    }

    static List<Path> documents() throws IOException {
        try (Stream<Path> guides = Files.list(HOME.resolve("docs"))) {
            return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(HOME::resolve), guides)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
    }

    static List<MergeMethod> methods() {
        return MergeMethod.all();
    }
}
