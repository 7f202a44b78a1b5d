package io.quiverdb.raft;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftGroupId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replicas that are closed for good, until nothing is left of them but their votes.
///
/// Changed under the lock of [GroupServer]; anyone may ask.
final class Remains {
  private static final Logger log = LoggerFactory.getLogger(Remains.class);

  private final GroupDirectories directories;
  private final GroupStores stores;
  private final ReplicaNotes notes;
  private final Map<GroupKey, Incarnation> left = new ConcurrentHashMap<>();

  Remains(GroupDirectories directories, GroupStores stores, ReplicaNotes notes) {
    this.directories = directories;
    this.stores = stores;
    this.notes = notes;
  }

  /// Of a replica whose note says that it is being removed.
  void add(GroupKey key, ReplicaNote note) {
    left.put(key, note.incarnation());
  }

  boolean has(GroupKey key) {
    return left.containsKey(key);
  }

  Map<GroupKey, Incarnation> incarnations() {
    return Map.copyOf(left);
  }

  /// Of a replica that is being removed, and not open: first what Ratis would open, then its store,
  /// and its note last. May be begun again after a crash, or a failure.
  void delete(RaftGroupId id, GroupKey key, ReplicaNote note) throws IOException {
    directories.delete(id, note.isVoteLost());
    stores.delete(key);
    notes.removed(id, note);
    left.remove(key);
    log.info("replica removed group={} incarnation={}", key, note.incarnation());
  }
}
