package io.quiverdb.raft.catalog;

import static java.util.stream.Collectors.toSet;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.proto.CatalogCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A copy of the catalogue, in a file, sealed: so a node knows its peers and collections when it
/// starts, before the catalogue has a leader. A node that does not replicate the catalogue fetches
/// it from one that does, whenever it is behind; one that does keeps what it has applied.
public final class PulledCatalog implements Catalog {
  private static final Logger log = LoggerFactory.getLogger(PulledCatalog.class);
  static final String NAME = "catalog.copy";

  /// Of refreshes by voters that brought nothing.
  static final int VAIN_REFRESHES_PER_STRANGER = 8;

  private final NodeId self;
  private final Storage storage;
  private final CatalogKeys keys;
  private final CatalogLevels levels;
  private final Function<NodeId, Peer> peers;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private final AtomicBoolean askingStranger = new AtomicBoolean();
  private final AtomicInteger vainRefreshes = new AtomicInteger();
  private volatile Optional<CatalogView> view = Optional.empty();

  private volatile Optional<FeatureLevelException> refused = Optional.empty();

  /// What [#view] shows, or a moment later than that.
  private volatile Optional<ByteBuffer> sealed = Optional.empty();

  /// @param self which has nothing newer than itself
  /// @param storage of the node's data directory
  /// @param peers reaches a node of the cluster
  public PulledCatalog(
      NodeId self,
      Storage storage,
      CatalogKeys keys,
      CatalogLevels levels,
      Function<NodeId, Peer> peers) {
    this.self = self;
    this.storage = storage;
    this.keys = keys;
    this.levels = levels;
    this.peers = peers;
  }

  /// What the catalogue of a recovered cluster begins with; empty once it has begun.
  public Optional<CatalogCopy> recovery() {
    return sealed
        .map(bytes -> keys.openCopy(bytes.duplicate()))
        .filter(RecoveredCatalog::isNotBegun);
  }

  /// Reads what was kept, if anything was.
  ///
  /// @param clusterId that it must be of
  /// @throws CorruptFileException if it is not what was written
  /// @throws FeatureLevelException if the cluster has a feature level that this node does not
  ///   support
  public void load(UUID clusterId) throws IOException {
    if (!storage.exists(NAME)) {
      return;
    }
    var bytes = storage.open(NAME).bytes().toArray(ValueLayout.JAVA_BYTE);
    CatalogView read;
    try {
      read = view(keys.openCopy(ByteBuffer.wrap(bytes)));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(NAME, 0, "copy", "intact", String.valueOf(e.getMessage()));
    }
    if (!read.clusterId().equals(clusterId)) {
      throw new CorruptFileException(NAME, 0, "cluster", clusterId, read.clusterId());
    }
    sealed = Optional.of(ByteBuffer.wrap(bytes));
    view = Optional.of(read);
  }

  /// What is of another level may hold anything: it is not looked at.
  private CatalogView view(CatalogCopy copy) {
    levels.requireSupported("cluster", copy.getState().getFeatureLevel());
    return CatalogState.view(copy);
  }

  /// Why it does not follow the cluster any more, if so.
  public Optional<FeatureLevelException> refused() {
    return refused;
  }

  /// Empty before anything was fetched.
  public Optional<CatalogView> held() {
    return view;
  }

  /// @throws ShardException.Unavailable before anything was fetched
  @Override
  public CatalogView view() {
    return view.orElseThrow(
        () -> new ShardException.Unavailable("catalogue: not known on this node yet"));
  }

  @Override
  public CompletableFuture<CatalogView> barrier() {
    return ask(voters(), peer -> fetch(peer, true));
  }

  @Override
  public CompletableFuture<CatalogWritten> write(CatalogWrite write) {
    return ask(voters(), peer -> peer.writeCatalog(write));
  }

  /// Catches up, if it does not already. Does not block.
  public void refresh() {
    if (view.isEmpty() || !refreshing.compareAndSet(false, true)) {
      return;
    }
    long before = view().index();
    var _ =
        ask(othersOf(voters()), peer -> fetch(peer, false))
            .whenComplete(
                (_, failure) -> {
                  refreshing.set(false);
                  if (failure != null || view().index() == before) {
                    askStranger(failure != null);
                  }
                });
  }

  /// The voters that this copy names may all be gone, or vote no more and know no more than this
  /// node. Some other knows newer ones: which one is not known, so that it is another one each
  /// time. It may hang, so that the voters are not kept waiting for it.
  ///
  /// @param isDueNow if no voter answers
  private void askStranger(boolean isDueNow) {
    boolean isDue = isDueNow || vainRefreshes.incrementAndGet() % VAIN_REFRESHES_PER_STRANGER == 0;
    if (isDue && askingStranger.compareAndSet(false, true)) {
      var _ =
          ask(othersOf(strangers()), peer -> fetch(peer, false))
              .whenComplete((_, _) -> askingStranger.set(false));
    }
  }

  /// Takes a node's copy over, if it is newer. Waits for the disk.
  ///
  /// @param linearizable whether it is to show every change acknowledged before the call
  public CompletableFuture<CatalogView> fetch(Peer from, boolean linearizable) {
    long after = view.map(CatalogView::index).orElse(-1L);
    return from.catalogCopy(after, linearizable)
        .thenApply(
            copy -> {
              copy.ifPresent(this::take);
              return view();
            });
  }

  /// Goes on from what this node replicated, which it does no more.
  public void keep(CatalogReplica replica) {
    if (replica.view().isPresent()) {
      take(keys.sealCopy(replica.state().toCopy()));
    }
  }

  private synchronized void take(ByteBuffer copy) {
    CatalogView taken;
    try {
      taken = view(keys.openCopy(copy.duplicate()));
    } catch (FeatureLevelException e) {
      if (refused.isEmpty()) {
        log.error("copy of the catalogue refused cause=\"{}\"", e.getMessage());
      }
      refused = Optional.of(e);
      throw e;
    }
    if (view.filter(held -> held.index() >= taken.index()).isPresent()) {
      return;
    }
    var bytes = new byte[copy.remaining()];
    copy.duplicate().get(bytes);
    try {
      AtomicFile.replace(storage, "", NAME, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sealed = Optional.of(ByteBuffer.wrap(bytes));
    view = Optional.of(taken);
    log.debug("copy of the catalogue taken index={}", taken.index());
  }

  /// What is held here, for one that has less.
  ///
  /// @param after index that the other has
  public Optional<ByteBuffer> copy(long after) {
    return sealed
        .filter(_ -> view.filter(held -> held.index() > after).isPresent())
        .map(ByteBuffer::asReadOnlyBuffer);
  }

  private List<NodeId> voters() {
    return view().membership().placement(new GroupKey.CatalogGroup()).members();
  }

  /// Who do not vote, by this copy.
  private List<NodeId> strangers() {
    var voters = voters();
    return view().membership().nodes().stream()
        .map(ClusterNode::id)
        .filter(id -> !voters.contains(id))
        .toList();
  }

  /// In no order.
  private List<NodeId> othersOf(List<NodeId> nodes) {
    var others = new ArrayList<>(nodes);
    others.remove(self);
    Collections.shuffle(others);
    return others;
  }

  /// One after the other until one answers. What one may have begun is not asked of another.
  private <T> CompletableFuture<T> ask(
      List<NodeId> nodes, Function<Peer, CompletableFuture<T>> call) {
    return ask(
        nodes, Set.of(), new ShardException.Unavailable("catalogue: no other node is known"), call);
  }

  /// @param asked already, of whom none is asked again
  /// @param last why the last of them refused
  private <T> CompletableFuture<T> ask(
      List<NodeId> nodes,
      Set<NodeId> asked,
      Throwable last,
      Function<Peer, CompletableFuture<T>> call) {
    var left = nodes.stream().filter(node -> !asked.contains(node)).toList();
    if (left.isEmpty()) {
      return CompletableFuture.failedFuture(last);
    }
    var next = left.getFirst();
    return attempt(next, call)
        .exceptionallyCompose(
            failure -> {
              var cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              var askedNow = Stream.concat(asked.stream(), Stream.of(next)).collect(toSet());
              return switch (cause) {
                case ShardException.NotLeader notLeader ->
                    ask(leaderFirst(notLeader, left), askedNow, cause, call);
                case ShardException.Unavailable _ -> ask(left, askedNow, cause, call);
                default -> CompletableFuture.failedFuture(cause);
              };
            });
  }

  /// The leader may be none of the voters that this copy names: those that have come since.
  private static List<NodeId> leaderFirst(ShardException.NotLeader refusal, List<NodeId> left) {
    return Stream.concat(refusal.leader().stream(), left.stream()).distinct().toList();
  }

  private <T> CompletableFuture<T> attempt(NodeId node, Function<Peer, CompletableFuture<T>> call) {
    try {
      return call.apply(peers.apply(node));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
