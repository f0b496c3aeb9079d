package dev.fundir.hub;

import dev.fundir.hub.fake.FakeHub;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Hubs of tests: at the fake, with short times to wait. */
final class HubOf {
    private HubOf() {}

    static HubSettings settings(URI endpoint, String token, Path cache) {
        return new HubSettings(
                endpoint,
                Optional.ofNullable(token).flatMap(Token::of),
                cache,
                false,
                Duration.ofMillis(500),
                Duration.ofMillis(600));
    }

    static Hub fake(FakeHub fake, String token, Path cache, Waits waits) {
        HubSettings settings = settings(fake.endpoint(), token, cache);
        return new Hub(settings, new Transport(settings, waits));
    }

    static Hub fake(FakeHub fake, String token) {
        return fake(fake, token, Path.of("no-cache"), new RecordedWaits());
    }

    static Hub fake(FakeHub fake) {
        return fake(fake, null);
    }
}
