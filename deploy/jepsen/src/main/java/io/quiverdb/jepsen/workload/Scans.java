package io.quiverdb.jepsen.workload;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;

/// Reads of all points of a collection.
final class Scans {
  private static final int PAGE_POINTS = 1000;

  private Scans() {}

  static boolean scan(Session session, String collection) {
    return session
        .ask(
            collection,
            new Operation.Scan(),
            client ->
                Reply.of(
                    new Answer.Entries(
                        client.collection(collection).scan().pageSize(PAGE_POINTS).stream()
                            .map(Values::entry)
                            .toList())))
        .isPresent();
  }
}
