package io.quiverdb.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Measures how long writes stood still on the shards that a killed node led: from the kill to the
/// first acknowledgement there from a later term. One from the old term only was on its way.
final class FailoverClock {
  private final Map<Integer, Long> termsAtKill;
  private final long killNanos;

  /// @param termsAtKill by number, of the shards that the killed node led
  FailoverClock(Map<Integer, Long> termsAtKill, long killNanos) {
    this.termsAtKill = Map.copyOf(termsAtKill);
    this.killNanos = killNanos;
  }

  /// By shard, those that have taken writes again.
  Map<Integer, Duration> gaps(List<Acknowledgement> acknowledgements) {
    var gaps = new TreeMap<Integer, Duration>();
    for (var acknowledgement : acknowledgements) {
      var termAtKill = termsAtKill.get(acknowledgement.shard());
      if (termAtKill != null
          && acknowledgement.receivedNanos() >= killNanos
          && acknowledgement.term() > termAtKill) {
        gaps.merge(
            acknowledgement.shard(),
            Duration.ofNanos(acknowledgement.receivedNanos() - killNanos),
            (a, b) -> a.compareTo(b) <= 0 ? a : b);
      }
    }
    return gaps;
  }

  /// The longest gap, once all of the shards have taken writes again.
  Optional<Duration> worst(List<Acknowledgement> acknowledgements) {
    var gaps = gaps(acknowledgements);
    return gaps.size() < termsAtKill.size()
        ? Optional.empty()
        : gaps.values().stream().max(Duration::compareTo);
  }

  long killNanos() {
    return killNanos;
  }

  int countAfterKill(List<Acknowledgement> acknowledgements) {
    return (int) acknowledgements.stream().filter(one -> one.receivedNanos() > killNanos).count();
  }
}
