package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A kind of use, and what must hold of it whatever happens to the cluster. Its collections are its
/// own.
public interface Workload {
  /// As the command line and the collection have it.
  String name();

  /// Whether operations on a collection are this workload's.
  default boolean owns(String collection) {
    return collection.equals(name());
  }

  /// Makes what the clients need, on a cluster to which nothing happens yet.
  ///
  /// @param session for what belongs into the history
  void prepare(QuiverClient operator, Session session);

  /// What one client does. Clients differ by their numbers, from 0 on.
  Client client(int number, RandomGenerator random);

  /// The last questions, when everything is healed and no client is at work. All must be answered.
  void conclude(Session session);

  /// How long after an operator had its collections merged they are let alone at least.
  default Duration mergePause() {
    return Duration.ZERO;
  }

  /// Why what its clients met shows little, if so. When all is over.
  default Optional<String> shortfall() {
    return Optional.empty();
  }

  /// Names of the checkers that must have found something to judge: others may have, too.
  List<String> checkers();

  /// A stream of operations. For one thread.
  @FunctionalInterface
  interface Client {
    /// Asks once.
    ///
    /// @return whether it was answered
    boolean step(Session session, Load load);
  }
}
