package dev.fundir.hub;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long to wait before a request is tried again. Tests wait for shorter times. */
class Waits {
    private static final List<Duration> USUAL = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(8));

    /** A server that asks for more is not waited for: whoever asked would think that nothing happens. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** The seconds until the quota is filled again, in the header {@code ratelimit}. */
    private static final Pattern RESET = Pattern.compile("(?:^|[;,\\s])t=(\\d{1,9})(?:$|[;,\\s])");

    /** How often a request is tried again. */
    int count() {
        return USUAL.size();
    }

    /**
     * How long to wait.
     *
     * @param number how often the request has failed before, from 0
     * @param headers of the answer that refused it, if there was one
     */
    Duration next(int number, Optional<HttpHeaders> headers) {
        Duration usual = USUAL.get(Math.min(number, USUAL.size() - 1));
        Duration asked = headers.flatMap(Waits::asked).orElse(usual);
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }

    /** Waits. */
    void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    /** What a server asks for. */
    static Optional<Duration> asked(HttpHeaders headers) {
        Optional<String> after = headers.firstValue("Retry-After").map(String::strip);
        if (after.isPresent() && after.get().matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(after.get())));
        }
        if (after.isPresent()) {
            try {
                Instant until = ZonedDateTime.parse(after.get(), DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration time = Duration.between(Instant.now(), until);
                return Optional.of(time.isNegative() ? Duration.ZERO : time);
            } catch (DateTimeParseException e) {
                // Neither of the two forms that there are: as if nothing were said.
                return Optional.empty();
            }
        }
        Matcher reset = RESET.matcher(headers.firstValue("ratelimit").orElse(""));
        return reset.find() ? Optional.of(Duration.ofSeconds(Long.parseLong(reset.group(1)))) : Optional.empty();
    }
}
