package io.quiverdb.jepsen.workload;

import io.quiverdb.client.Collection;
import io.quiverdb.client.Point;
import io.quiverdb.client.Precondition;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The questions that several workloads ask of single points.
final class Registers {
  private Registers() {}

  /// What a client knows of a key.
  ///
  /// @param value empty if the key is absent
  /// @param version of the value
  record Known(Optional<String> value, OptionalLong version) {}

  /// @return what it found, if it was answered
  static Optional<Known> read(Session session, String collection, String key) {
    return session
        .ask(
            collection,
            key,
            new Operation.Read(),
            client -> read(client.collection(collection), key))
        .map(
            reply -> new Known(((Answer.Value) reply.answer()).value(), reply.witness().version()));
  }

  private static Reply read(Collection points, String key) {
    var point = points.get(key);
    return new Reply(
        new Answer.Value(point.map(Values::of)),
        new Witness(
            List.of(),
            point.map(found -> OptionalLong.of(found.version())).orElse(OptionalLong.empty())));
  }

  static boolean write(Session session, String collection, Point point, String value) {
    return session
        .ask(
            collection,
            point.id(),
            new Operation.Write(value),
            client -> Reply.of(client.collection(collection).upsert(point)))
        .isPresent();
  }

  static boolean delete(Session session, String collection, String key) {
    return session
        .ask(
            collection,
            key,
            new Operation.Delete(),
            client -> Reply.of(client.collection(collection).delete(key)))
        .isPresent();
  }

  /// Writes if the key is as it was known: as no two writes write the same, it has the value known
  /// exactly if it has the version known.
  static boolean compareAndSet(
      Session session, String collection, Known known, Point point, String value) {
    var condition =
        known.version().isPresent()
            ? Precondition.version(known.version().getAsLong())
            : Precondition.absent();
    return session
        .ask(
            collection,
            point.id(),
            new Operation.CompareAndSet(known.value(), value),
            client -> Reply.of(client.collection(collection).upsert(point.onlyIf(condition))))
        .isPresent();
  }
}
