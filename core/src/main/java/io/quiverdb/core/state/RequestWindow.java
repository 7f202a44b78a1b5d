package io.quiverdb.core.state;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The requests settled last, in log order, so that a repetition is answered instead of applied.
/// Part of the state: what is remembered depends on the log only, and is alike on every replica.
public final class RequestWindow {
  /// Of the encoded requests together. A constant of feature level 1: changing it changes what
  /// replicas remember.
  public static final long BYTES_MAX = 8 << 20;

  private long bytesMax;
  private final LinkedHashMap<UUID, SettledRequest> requests = new LinkedHashMap<>();
  private long bytes;
  private Position forgottenTo;

  /// @param forgottenTo of the last request that this window has no record of any more
  RequestWindow(long bytesMax, Position forgottenTo) {
    this.bytesMax = bytesMax;
    this.forgottenTo = forgottenTo;
  }

  /// One that has forgotten nothing.
  public static RequestWindow empty(long bytesMax) {
    return new RequestWindow(bytesMax, Position.START);
  }

  /// One that has forgotten all up to a position.
  public static RequestWindow forgotten(Position position) {
    return new RequestWindow(BYTES_MAX, position);
  }

  /// What [Frozen#encode] gave. Takes no more memory than in proportion to it.
  ///
  /// @throws IllegalArgumentException if it is something else
  public static RequestWindow decode(byte[] encoded, long bytesMax) {
    return WindowFormat.decode(encoded, bytesMax);
  }

  /// The answer to a request that was settled before: empty for one that is new, or forgotten.
  public Optional<Outcome> repeated(UUID id, Hash128 digest) {
    return Optional.ofNullable(requests.get(id))
        .map(
            first ->
                first.digest().equals(digest)
                    ? new Outcome.Duplicate(first.outcome())
                    : new Outcome.RequestIdReused());
  }

  /// The outcome of a request that was settled before, whatever it asked.
  public Optional<Outcome> settled(UUID id) {
    return Optional.ofNullable(requests.get(id)).map(SettledRequest::outcome);
  }

  /// Whether a request that was new at `seen` may have been settled and forgotten since.
  public boolean mayHaveForgotten(Position seen) {
    // Settled, it would stand after `seen`. At or before it stand only others.
    return seen.compareTo(forgottenTo) < 0;
  }

  /// Remembers an outcome that settles its request.
  public void settle(UUID id, Hash128 digest, Position position, Outcome outcome) {
    SettledRequest.of(id, digest, position, outcome).ifPresent(this::add);
  }

  void add(SettledRequest request) {
    var before = requests.put(request.id(), request);
    assert before == null : "settled twice: " + request.id();
    bytes += WindowFormat.encodedBytes(request);
    forgetBeyond();
  }

  /// Holds that much from now on.
  void resize(long newBytesMax) {
    bytesMax = newBytesMax;
    forgetBeyond();
  }

  private void forgetBeyond() {
    while (bytes > bytesMax) {
      SettledRequest oldest = requests.pollFirstEntry().getValue();
      bytes -= WindowFormat.encodedBytes(oldest);
      forgottenTo = oldest.position();
    }
  }

  /// As it is now, to be encoded later.
  public Frozen freeze() {
    return new Frozen(forgottenTo, List.copyOf(requests.values()));
  }

  /// A window at one moment.
  public record Frozen(Position forgottenTo, List<SettledRequest> requests) {
    public byte[] encode() {
      return WindowFormat.encode(forgottenTo, requests);
    }
  }
}
