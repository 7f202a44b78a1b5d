package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.FaultSpan;
import io.quiverdb.jepsen.history.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The times in which the clients of a run, all workloads together, asked for writes and none was
/// acknowledged. A gap begins with the last acknowledged write, or, if nobody asked for one then,
/// with the next that is asked for: that nobody wants to write is no gap. It ends with the next
/// acknowledgement, or the last that a client did.
///
/// A refusal because a condition does not hold acknowledges nothing. What is done before and after
/// the clients' time, by processes below 0, plays no part.
final class WriteGaps {
  private final List<Gap> gaps;

  private WriteGaps(List<Gap> gaps) {
    this.gaps = gaps;
  }

  record Gap(long beginNanos, long endNanos) {
    Duration length() {
      return Duration.ofNanos(endNanos - beginNanos);
    }

    private boolean overlaps(FaultSpan span) {
      long faultEndNanos = span.end().map(Event::timeNanos).orElse(Long.MAX_VALUE);
      return beginNanos < faultEndNanos && span.start().timeNanos() < endNanos;
    }
  }

  static WriteGaps of(History history) {
    var gaps = new ArrayList<Gap>();
    Optional<Long> wantedSince = Optional.empty();
    long lastNanos = 0;
    int inFlightCount = 0;
    for (var event : history.events()) {
      if (!(event instanceof Event.OfProcess ofProcess) || ofProcess.invoke().process() < 0) {
        continue;
      }
      long nanos = event.timeNanos();
      lastNanos = nanos;
      if (!CallText.isWrite(ofProcess.invoke().operation())) {
        continue;
      }
      if (event instanceof Event.Invoke) {
        inFlightCount++;
        wantedSince = wantedSince.or(() -> Optional.of(nanos));
        continue;
      }
      inFlightCount--;
      if (isAcknowledgement(event)) {
        gaps.add(new Gap(wantedSince.orElseThrow(), nanos));
        wantedSince = inFlightCount == 0 ? Optional.empty() : Optional.of(nanos);
      }
    }
    if (wantedSince.isPresent()) {
      gaps.add(new Gap(wantedSince.get(), lastNanos));
    }
    return new WriteGaps(List.copyOf(gaps));
  }

  private static boolean isAcknowledgement(Event event) {
    return event instanceof Event.Ok ok && !(ok.answer() instanceof Answer.Mismatch);
  }

  /// Zero if no write was asked for.
  Duration longest() {
    return gaps.stream().map(Gap::length).reduce(Duration.ZERO, WriteGaps::longer);
  }

  /// The longest of those that lie in the time of the fault at least partly; empty if there is
  /// none.
  Optional<Duration> longestDuring(FaultSpan span) {
    return gaps.stream()
        .filter(gap -> gap.overlaps(span))
        .map(Gap::length)
        .reduce(WriteGaps::longer);
  }

  static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
