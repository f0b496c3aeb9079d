package dev.fundir.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the Hub is, who asks, where the cache is, and how long to wait: by the same environment variables as the Python
 * tools. Immutable.
 *
 * @param endpoint without a slash at its end
 * @param token empty when nobody is logged in
 * @param cache the folder that has a folder for each model
 * @param offline whether no request may be sent
 * @param answerTimeout how long to wait for an answer to begin
 * @param downloadTimeout how long to wait for the next bytes of an answer
 */
record HubSettings(
        URI endpoint,
        Optional<Token> token,
        Path cache,
        boolean offline,
        Duration answerTimeout,
        Duration downloadTimeout) {
    private static final String HUB = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final int USUAL_SECONDS = 10;
    private static final int MOST_SECONDS = 24 * 60 * 60;

    HubSettings {
        endpoint = checked(endpoint);
    }

    /**
     * The settings of this process.
     *
     * @throws IOException when the file with the token cannot be read
     */
    static HubSettings ofEnvironment() throws IOException {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * The settings of an environment.
     *
     * @param environment variables by their names
     * @param home the user's folder
     * @throws IOException when the file with the token cannot be read
     * @throws IllegalArgumentException when a variable has a value that cannot be used
     */
    static HubSettings of(Map<String, String> environment, Path home) throws IOException {
        Path hubHome = path(environment, "HF_HOME", home).orElseGet(() -> path(environment, "XDG_CACHE_HOME", home)
                .orElse(home.resolve(".cache"))
                .resolve("huggingface"));
        return new HubSettings(
                URI.create(text(environment, "HF_ENDPOINT").orElse(HUB)),
                token(environment, home, hubHome),
                path(environment, "HF_HUB_CACHE", home)
                        .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE", home))
                        .orElse(hubHome.resolve("hub")),
                isSet(environment, "HF_HUB_OFFLINE") || isSet(environment, "TRANSFORMERS_OFFLINE"),
                seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
                seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
    }

    private static Optional<Token> token(Map<String, String> environment, Path home, Path hubHome) throws IOException {
        if (isSet(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        Optional<Token> given = text(environment, "HF_TOKEN")
                .flatMap(Token::of)
                .or(() -> text(environment, "HUGGING_FACE_HUB_TOKEN").flatMap(Token::of));
        if (given.isPresent()) {
            return given;
        }
        Path saved = path(environment, "HF_TOKEN_PATH", home).orElse(hubHome.resolve("token"));
        try {
            return Token.of(Files.readString(saved));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static Optional<Path> path(Map<String, String> environment, String name, Path home) {
        return text(environment, name).map(value -> {
            if (value.equals("~")) {
                return home;
            }
            return value.startsWith("~/") ? home.resolve(value.substring(2)) : Path.of(value);
        });
    }

    private static boolean isSet(Map<String, String> environment, String name) {
        return text(environment, name)
                .map(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
                .orElse(false);
    }

    private static Duration seconds(Map<String, String> environment, String name) {
        Optional<String> value = text(environment, name);
        if (value.isEmpty()) {
            return Duration.ofSeconds(USUAL_SECONDS);
        }
        if (!value.get().matches("\\d{1,9}") || Long.parseLong(value.get()) < 1) {
            throw new IllegalArgumentException(
                    name + " is \"" + value.get() + "\": expected a whole number of seconds, 1 or more");
        }
        return Duration.ofSeconds(Math.min(MOST_SECONDS, Long.parseLong(value.get())));
    }

    private static URI checked(URI endpoint) {
        String text = endpoint.toString().replaceFirst("/+$", "");
        URI checked = URI.create(text);
        String scheme = String.valueOf(checked.getScheme()).toLowerCase(Locale.ROOT);
        if (!Set.of("http", "https").contains(scheme)
                || checked.getHost() == null
                || checked.getRawUserInfo() != null
                || checked.getRawQuery() != null
                || checked.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "the Hub's address (HF_ENDPOINT) cannot be used: expected something like " + HUB
                            + ", without user, password or query");
        }
        return checked;
    }
}
