package io.quiverdb.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The replicas of a node that have forgotten what they may have acknowledged. None of them votes
/// or counts: their directories lie where Ratis does not look, until the catalogue's leader has
/// taken them out of their groups and has them removed. Then they are made anew, empty but for
/// their votes, like any replica that is added.
///
/// A replica's note says so first; then its directory is moved. A crash in between is made up for
/// by the next start ([#resume]).
final class Quarantine {
  private static final Logger log = LoggerFactory.getLogger(Quarantine.class);

  private final Path dataDirectory;
  private final Path raftDirectory;
  private final Map<GroupKey, Quarantined> replicas = new ConcurrentHashMap<>();

  /// @param group as Ratis names it
  record Quarantined(String group, Incarnation incarnation, QuarantineCause cause) {}

  Quarantine(Path dataDirectory, Path raftDirectory) {
    this.dataDirectory = dataDirectory;
    this.raftDirectory = raftDirectory;
  }

  /// Takes a replica in that is not open. Durable when it returns.
  ///
  /// @param group as Ratis names it
  /// @param note the replica's
  void begin(String group, GroupKey key, ReplicaNote note, QuarantineCause cause)
      throws IOException {
    boolean isVoteSound = GroupDirectory.isVoteSound(raftDirectory.resolve(group));
    var quarantined = note.quarantined(isVoteSound ? cause : QuarantineCause.VOTE);
    quarantined.write(dataDirectory, group);
    resume(group, key, quarantined);
  }

  /// At a start.
  ///
  /// @param note that says so
  void resume(String group, GroupKey key, ReplicaNote note) throws IOException {
    GroupDirectory.setAside(dataDirectory, raftDirectory, group);
    var cause = note.quarantine().orElse(QuarantineCause.LOG);
    replicas.put(key, new Quarantined(group, note.incarnation(), cause));
    log.error(
        "replica quarantined group={} incarnation={} cause=\"{}\"",
        key,
        note.incarnation().id(),
        cause.words());
  }

  /// Of a replica that is removed.
  void end(GroupKey key) {
    replicas.remove(key);
  }

  Optional<QuarantineCause> cause(GroupKey key) {
    return Optional.ofNullable(replicas.get(key)).map(Quarantined::cause);
  }

  /// The catalogue's, then the shards' by number.
  List<Map.Entry<GroupKey, Quarantined>> replicas() {
    return replicas.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparingInt(GroupKey::rank)))
        .toList();
  }
}
