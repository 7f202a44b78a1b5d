package io.quiverdb.raft;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftGroupId;

/// The replicas of this node: those that are open, and those that are not, by why.
///
/// Changed under the lock of [GroupServer]; anyone may ask.
final class LocalReplicas {
  private final Map<GroupKey, Replica> open = new ConcurrentHashMap<>();

  private final Quarantine quarantine;

  /// Those that this node never replicates again.
  private final Set<GroupKey> lostVotes = ConcurrentHashMap.newKeySet();

  /// Replicas whose logs and votes are sound, and whose stores cannot be opened.
  private final Map<GroupKey, RaftGroupId> unopened = new ConcurrentHashMap<>();

  /// Replicas whose opening failed, until the next attempt.
  private final Map<GroupKey, Incarnation> unfinished = new ConcurrentHashMap<>();

  LocalReplicas(Quarantine quarantine) {
    this.quarantine = quarantine;
  }

  // --- open

  Optional<Replica> of(GroupKey key) {
    return Optional.ofNullable(open.get(key));
  }

  /// Those of them included that are closed for a while.
  Collection<Replica> open() {
    return open.values();
  }

  boolean isOpen(Replica replica) {
    return open.containsValue(replica);
  }

  void opened(Replica replica) {
    open.put(replica.key(), replica);
  }

  /// @return whether it was open
  boolean closed(GroupKey key) {
    return open.remove(key) != null;
  }

  /// Up to which a group's log is committed here, as far as its replica tells; −1 if it does not.
  long committedHere(RaftGroupId id) {
    return open.values().stream()
        .filter(replica -> replica.groupId().equals(id))
        .mapToLong(Replica::committedHere)
        .reduce(-1, Math::max);
  }

  // --- out of service

  Quarantine quarantine() {
    return quarantine;
  }

  void voteLost(GroupKey key) {
    lostVotes.add(key);
  }

  Set<GroupKey> lostVotes() {
    return Set.copyOf(lostVotes);
  }

  void leaveUnopened(RaftGroupId id, GroupKey key) {
    unopened.put(key, id);
  }

  /// Its store is not one any more that cannot be opened.
  void openable(GroupKey key) {
    unopened.remove(key);
  }

  Optional<RaftGroupId> unopened(GroupKey key) {
    return Optional.ofNullable(unopened.get(key));
  }

  Set<GroupKey> unopened() {
    return Set.copyOf(unopened.keySet());
  }

  // --- on the way

  void openingFailed(GroupKey key, Incarnation incarnation) {
    unfinished.put(key, incarnation);
  }

  void openingEnded(GroupKey key) {
    unfinished.remove(key);
  }

  Map<GroupKey, Incarnation> unfinished() {
    return Map.copyOf(unfinished);
  }

  /// From here on nothing opens it again.
  void forget(GroupKey key) {
    open.remove(key);
    quarantine.end(key);
    unopened.remove(key);
    unfinished.remove(key);
  }
}
