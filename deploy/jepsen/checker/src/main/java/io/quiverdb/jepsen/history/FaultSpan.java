package io.quiverdb.jepsen.history;

import java.util.Optional;

/// A fault from its beginning to its end.
///
/// @param end empty if it had not ended when the history did
public record FaultSpan(Event.FaultStarted start, Optional<Event.FaultEnded> end) {
  public Fault fault() {
    return start.fault();
  }
}
