package io.quiverdb.raft;

import io.quiverdb.raft.GroupKey.CatalogGroup;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings this node's replica of the catalogue up to what another member has, where the log between
/// is gone. It is one small message; installing it is opening the replica again, as with a shard's
/// checkpoint.
final class CatalogInstall {
  private static final Logger log = LoggerFactory.getLogger(CatalogInstall.class);
  private static final CatalogGroup CATALOG = new CatalogGroup();

  private final HostedGroups hosted;
  private final Supplier<GroupServer> groups;
  private final Supplier<List<NodeId>> others;
  private final Function<NodeId, Peer> peers;
  private final Executor executor;
  private final AtomicBoolean running = new AtomicBoolean();

  /// @param groups is there when something is to be done
  /// @param others the other members of the catalogue's group
  /// @param peers reaches one
  CatalogInstall(
      HostedGroups hosted,
      Supplier<GroupServer> groups,
      Supplier<List<NodeId>> others,
      Function<NodeId, Peer> peers,
      Executor executor) {
    this.hosted = hosted;
    this.groups = groups;
    this.others = others;
    this.peers = peers;
    this.executor = executor;
  }

  /// The leader says so, once a second until the replica has what it lacks. Does not block.
  ///
  /// @param firstIndex that the leader's log begins with
  void need(Optional<NodeId> leader, long firstIndex) {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    try {
      executor.execute(
          () -> {
            try {
              install(leader, firstIndex);
            } finally {
              running.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("catalogue not fetched: shutting down");
    }
  }

  private void install(Optional<NodeId> leader, long firstIndex) {
    for (NodeId member :
        Stream.concat(leader.stream(), others.get().stream()).distinct().toList()) {
      try {
        if (install(member, firstIndex)) {
          return;
        }
      } catch (IOException | RuntimeException e) {
        log.warn("catalogue not installed source={}", member, e);
      }
    }
  }

  /// @return whether what the member has was of use
  private boolean install(NodeId member, long firstIndex) throws IOException {
    var catalog = hosted.catalog();
    var checkpoint = catalog.open(peers.apply(member).catalogCheckpoint().join());
    if (checkpoint.place().index() < firstIndex - 1) {
      return false;
    }
    boolean installed =
        groups
            .get()
            .reopen(
                CATALOG,
                checkpoint.place(),
                Healing.entry(checkpoint.configuration()),
                false,
                () -> catalog.install(checkpoint));
    log.info("catalogue fetched source={} installed={}", member, installed);
    return true;
  }
}
