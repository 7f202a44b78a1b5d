package io.quiverdb.raft.membership;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.CatalogKeyFile;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.ShardMap;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// A node's part in the forming of a cluster: the claim that it holds, and the groups that it opens
/// because of it. The claim may be replaced until the first of them is opened.
///
/// Answers what [io.quiverdb.raft.Peer] asks. [#claim(Claim)] waits for the disk.
public final class NodeClaim {
  private final NodeId self;
  private final ClaimFile file;
  private final NodeKeys keys;
  private final Groups groups;

  // A claim is neither replaced while a group is being opened because of it, nor a group opened
  // because of one that is being replaced: all below is guarded by this.
  private Optional<Claim> current;
  private boolean isPinned;
  private Optional<IOException> failure = Optional.empty();

  /// The groups that this node has.
  public interface Groups {
    /// Whether any group of this node exists, on disk or in memory.
    boolean anyExists();

    /// Opens a group with the members that the claim gives it; one that is open already is fine.
    /// That the group exists is durable when the future is complete: it is what keeps the claim
    /// from being replaced after a crash.
    CompletableFuture<Void> open(Claim claim, GroupKey group);
  }

  private NodeClaim(
      NodeId self,
      ClaimFile file,
      NodeKeys keys,
      Groups groups,
      Optional<Claim> current,
      boolean isPinned) {
    this.self = self;
    this.file = file;
    this.keys = keys;
    this.groups = groups;
    this.current = current;
    this.isPinned = isPinned;
  }

  /// @throws CorruptFileException if the claim cannot be read, or it or its key is missing though
  ///   groups exist
  /// @throws io.quiverdb.core.WrongKeyException if the cluster encrypts and this node does not, or
  ///   the reverse
  public static NodeClaim open(NodeId self, ClaimFile file, NodeKeys keys, Groups groups)
      throws IOException {
    boolean hasGroups = groups.anyExists();
    var current = file.read().flatMap(claim -> withKey(claim, keys, hasGroups));
    if (hasGroups && current.isEmpty()) {
      throw new CorruptFileException(
          ClaimFile.NAME, 0, "file", "there, like its groups", "missing");
    }
    // A node that joined holds the claim of a cluster that is formed.
    boolean joined = current.filter(claim -> !hasMember(claim, self)).isPresent();
    return new NodeClaim(self, file, keys, groups, current, hasGroups || joined);
  }

  /// Empty if the claim and the key that lie here do not belong together: a crash came between
  /// writing the one and the other, so the claim never was answered for.
  private static Optional<Claim> withKey(Claim claim, NodeKeys keys, boolean hasGroups) {
    var check = claim.catalogKey().map(WrappedCatalogKey::check).orElse(ByteString.EMPTY);
    if (check.equals(keys.check()) && check.isEmpty() != keys.encrypts()) {
      return Optional.of(claim.withKey(keys.held()));
    }
    if (hasGroups && check.isEmpty()) {
      keys.requireSameAs(claim);
    }
    if (hasGroups) {
      throw new CorruptFileException(
          CatalogKeyFile.NAME, 0, "catalogue key", "that of the claim", "another, or none");
    }
    return Optional.empty();
  }

  private static boolean hasMember(Claim claim, NodeId node) {
    return claim.members().stream().anyMatch(member -> member.id().equals(node));
  }

  /// Makes the claim of a cluster that is formed without this node durable, which is going to join
  /// it; one of that cluster is fine.
  public synchronized CompletableFuture<Claim> join(Claim claim) {
    if (failure.isPresent()) {
      return failed(failure.get());
    }
    if (current.filter(held -> held.clusterId().equals(claim.clusterId())).isPresent()) {
      return CompletableFuture.completedFuture(current.get());
    }
    if (isPinned) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "node %s: of cluster %s (expected: of %s, or of none)"
                  .formatted(self, current.orElseThrow().clusterId(), claim.clusterId())));
    }
    return replace(claim).thenApply(this::pin);
  }

  private synchronized Claim pin(Claim joined) {
    isPinned = true;
    return joined;
  }

  public synchronized Optional<Claim> current() {
    return current;
  }

  public synchronized CompletableFuture<Optional<Claim>> claim() {
    return failure
        .map(NodeClaim::<Optional<Claim>>failed)
        .orElseGet(() -> CompletableFuture.completedFuture(current));
  }

  /// Makes `claim` durable unless this node has a group already; answers with the claim that holds
  /// now.
  public synchronized CompletableFuture<Claim> claim(Claim claim) {
    if (failure.isPresent()) {
      return failed(failure.get());
    }
    if (!hasMember(claim, self)) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "claim: members %s (expected: this node, %s, among them)"
                  .formatted(claim.members(), self)));
    }
    if (isPinned) {
      return CompletableFuture.completedFuture(current.orElseThrow());
    }
    return replace(claim);
  }

  private CompletableFuture<Claim> replace(Claim claim) {
    try {
      if (!current.equals(Optional.of(claim))) {
        keys.hold(claim.catalogKey());
        file.write(claim);
        current = Optional.of(claim);
      }
      return CompletableFuture.completedFuture(claim);
    } catch (WrongKeyException e) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("node %s: %s".formatted(self, e.getMessage()), e));
    } catch (IOException e) {
      // Which claim the disk holds is not known until it is read again.
      failure = Optional.of(e);
      return failed(e);
    }
  }

  public synchronized CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    if (failure.isPresent()) {
      return failed(failure.get());
    }
    if (current.isEmpty() || !current.get().clusterId().equals(clusterId)) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable(
              "claim of node %s: cluster %s (expected: %s)"
                  .formatted(
                      self,
                      current.map(Claim::clusterId).map(UUID::toString).orElse("none"),
                      clusterId)));
    }
    if (!isMemberOf(current.get(), group)) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "group: %s (expected: one that node %s is a member of)".formatted(group, self)));
    }
    isPinned = true;
    return groups.open(current.get(), group);
  }

  private boolean isMemberOf(Claim claim, GroupKey group) {
    return switch (group) {
      case CatalogGroup() -> true;
      case ShardGroup(int number) ->
          ShardMap.of(claim).shards().stream()
              .filter(shard -> shard.number() == number)
              .anyMatch(shard -> shard.members().contains(self));
    };
  }

  private static <T> CompletableFuture<T> failed(IOException cause) {
    return CompletableFuture.failedFuture(
        new ShardException.Failed("claim: its file could not be written", cause));
  }
}
