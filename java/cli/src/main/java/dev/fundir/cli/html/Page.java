package dev.fundir.cli.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The HTML around a document: style and scripts are put in, and a policy that allows these and nothing else.
 *
 * @param beginning all before the JSON
 * @param end all behind it
 */
record Page(String beginning, String end) {
    /** The page of a model. */
    static final Page INSPECT = of(
            "elements",
            "numbers",
            "names",
            "table",
            "map",
            "treemap",
            "treemap-view",
            "plot",
            "layers",
            "tensors",
            "inspect");

    /** The page of two models. */
    static final Page DIFF = of("elements", "numbers", "names", "table", "plot", "changes", "diff");

    private static Page of(String... scripts) {
        List<String> parts = new ArrayList<>();
        for (String script : scripts) {
            parts.add(resource(script + ".js"));
        }
        // One function around all of it, so that nothing is global.
        String script = "(() => {\n'use strict';\n\n" + String.join("\n", parts) + "})();\n";
        String style = resource("report.css");
        String policy = "default-src 'none'; base-uri 'none'; form-action 'none'; script-src '" + hash(script)
                + "'; style-src '" + hash(style) + "'";
        String html = resource("report.html")
                .replace("{{policy}}", policy)
                .replace("{{style}}", style)
                .replace("{{script}}", script);
        String mark = "{{document}}";
        int at = html.indexOf(mark);
        return new Page(html.substring(0, at), html.substring(at + mark.length()));
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program is incomplete: " + name + " is missing in it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + ", a part of the program", e);
        }
    }
}
