package dev.fundir.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Does not wait, but remembers how long it should have. */
final class RecordedWaits extends Waits {
    private final List<Duration> waited = new ArrayList<>();

    @Override
    synchronized void pause(Duration time) {
        waited.add(time);
    }

    synchronized List<Long> seconds() {
        return waited.stream().map(Duration::toSeconds).toList();
    }
}
