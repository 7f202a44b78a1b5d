package io.quiverdb.raft;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.raft.ReplicaNotes.Addition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftGroupId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a node does about its groups before Ratis starts: puts in order what a crash has left of
/// their directories, and restores those that are found.
///
/// Done once, before anyone else knows of a replica.
final class GroupsAtStart {
  private static final Logger log = LoggerFactory.getLogger(GroupsAtStart.class);

  private final Map<RaftGroupId, GroupKey> known;
  private final Supplier<Collection<GroupKey>> named;
  private final GroupDirectories directories;
  private final ReplicaNotes notes;
  private final NodeWatermarks watermarks;
  private final LocalReplicas replicas;
  private final Remains remains;
  private final Restoring restoring;

  /// @param known the groups that may be there
  /// @param named the groups that this node has replicas of, as far as its copy of the catalogue
  ///   tells
  GroupsAtStart(
      Map<RaftGroupId, GroupKey> known,
      Supplier<Collection<GroupKey>> named,
      GroupDirectories directories,
      ReplicaNotes notes,
      NodeWatermarks watermarks,
      LocalReplicas replicas,
      Remains remains,
      Restoring restoring) {
    this.known = known;
    this.named = named;
    this.directories = directories;
    this.notes = notes;
    this.watermarks = watermarks;
    this.replicas = replicas;
    this.remains = remains;
    this.restoring = restoring;
  }

  /// Puts the directories of groups where they belong, whatever a crash has left.
  ///
  /// @return the groups that Ratis would open
  /// @throws CorruptFileException if the disk holds a group that is not known, or the directories
  ///   of all groups are gone that were open, as with a volume that is not there: they may be back
  Map<RaftGroupId, GroupKey> settle() throws IOException {
    GroupDirectory.deleteUnfinished(directories.data());
    finishRemovals();
    requireAny();
    settleAside();
    return found();
  }

  private void finishRemovals() throws IOException {
    for (var group : known.entrySet()) {
      var note = notes.read(group.getKey());
      if (note.filter(found -> found.state() == ReplicaNote.State.REMOVING).isPresent()) {
        remains.add(group.getValue(), note.get());
        try {
          remains.delete(group.getKey(), group.getValue(), note.get());
        } catch (IOException e) {
          if (directories.has(group.getKey())) {
            // Ratis would open it.
            throw e;
          }
          log.warn("replica not removed yet group={}", group.getValue(), e);
        }
      }
    }
  }

  private void requireAny() throws IOException {
    int gone = 0;
    for (var id : known.keySet()) {
      if (notes.isIn(ReplicaNote.State.OPEN, id)) {
        if (directories.has(id) || directories.hasAside(id)) {
          return;
        }
        gone++;
      }
    }
    if (gone > 1) {
      throw new CorruptFileException(
          "raft", 0, "directories of groups", gone + ", as when they were open", "none");
    }
  }

  private void settleAside() throws IOException {
    for (var group : known.entrySet()) {
      var note = notes.read(group.getKey());
      if (note.isPresent()) {
        settleAside(group.getKey(), group.getValue(), note.get());
      }
    }
  }

  private void settleAside(RaftGroupId id, GroupKey key, ReplicaNote note) throws IOException {
    if (note.isVoteLost()) {
      replicas.voteLost(key);
    }
    if (note.state() == ReplicaNote.State.QUARANTINED) {
      replicas.quarantine().resume(GroupDirectories.name(id), key, note);
      notes.found(id, note);
    } else if (note.state() == ReplicaNote.State.OPEN) {
      // Its store could not be opened the last time.
      directories.bringBack(id);
      if (!directories.has(id)) {
        // Made anew, it would have forgotten its vote.
        restoring.quarantine(id, key, QuarantineCause.VOTE);
      }
    }
  }

  private Map<RaftGroupId, GroupKey> found() throws IOException {
    Map<RaftGroupId, GroupKey> found = new HashMap<>();
    try (var there = Files.newDirectoryStream(directories.raft())) {
      for (Path directory : there) {
        String name = directory.getFileName().toString();
        var match =
            known.entrySet().stream()
                .filter(group -> GroupDirectories.name(group.getKey()).equals(name))
                .findFirst()
                .orElseThrow(
                    () ->
                        new CorruptFileException(
                            "raft/" + name, 0, "group", "one of this node's cluster", "another"));
        found.put(match.getKey(), match.getValue());
      }
    }
    return found;
  }

  /// Makes the groups that were found ready to be opened by Ratis. Leaves those out that cannot be
  /// opened: one group that fails to start would fail them all.
  void restore(Map<RaftGroupId, GroupKey> found) throws IOException {
    for (var group : Map.copyOf(found).entrySet()) {
      if (undone(group.getKey())) {
        found.remove(group.getKey());
      } else {
        // A crash may have come between the directory and its first note.
        notes.open(group.getKey(), CatalogOrder.NONE, Addition.AS_FORMED);
      }
    }
    var named = this.named.get();
    if (!found.isEmpty() || !named.isEmpty()) {
      openWatermarks(found, named);
    }
    for (var group : Map.copyOf(found).entrySet()) {
      if (!restoring.restore(group.getKey(), group.getValue())) {
        found.remove(group.getKey());
      }
    }
    GroupDirectory.syncDirectory(directories.raft());
    GroupDirectory.syncDirectory(directories.data());
  }

  /// Takes back an opening of a replica anew that a crash interrupted before it was noted, and how
  /// far it must come with it. Ratis never had it open.
  private boolean undone(RaftGroupId id) throws IOException {
    var note = notes.read(id);
    if (note.filter(found -> found.state() == ReplicaNote.State.REMOVED).isEmpty()) {
      return false;
    }
    directories.delete(id, note.get().isVoteLost());
    return true;
  }

  /// Without them, nothing can be told of any log: then all groups go into quarantine, and those
  /// that the catalogue names here and the disk does not know, too.
  private void openWatermarks(Map<RaftGroupId, GroupKey> found, Collection<GroupKey> named)
      throws IOException {
    try {
      watermarks.open();
      return;
    } catch (CorruptFileException e) {
      log.error("watermarks lost, all groups are quarantined", e);
    }
    for (var group : found.entrySet()) {
      restoring.quarantine(group.getKey(), group.getValue(), QuarantineCause.WATERMARKS);
    }
    found.clear();
    for (var group : known.entrySet()) {
      boolean isForgotten =
          named.contains(group.getValue()) && notes.read(group.getKey()).isEmpty();
      if (isForgotten) {
        restoring.quarantine(group.getKey(), group.getValue(), QuarantineCause.VOTE);
      }
    }
    // Once all notes are written: until then they are lost.
    watermarks.beginAnew();
  }
}
