package io.quiverdb.node;

import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.RoutingException.AlreadyFormed;
import io.quiverdb.node.routing.RoutingException.OtherCluster;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.FormationException;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.RaftHost;
import io.quiverdb.raft.catalog.Catalog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The cluster that this node's replicas are part of.
final class RaftCluster implements Cluster {
  private final RaftHost host;
  private final List<String> peerAddresses;
  private final boolean formsItself;

  /// @param peerAddresses of the nodes that shall form a cluster
  /// @param formsItself whether this node forms it without being asked
  RaftCluster(RaftHost host, List<String> peerAddresses, boolean formsItself) {
    this.host = host;
    this.peerAddresses = List.copyOf(peerAddresses);
    this.formsItself = formsItself;
  }

  @Override
  public NodeId self() {
    return host.member().id();
  }

  @Override
  public Optional<Catalog> catalog() {
    return host.catalog();
  }

  @Override
  public boolean awaitsInit() {
    return !formsItself && host.claim().isEmpty();
  }

  @Override
  public Optional<NodeId> leader(int shard) {
    return host.leader(shard);
  }

  @Override
  public Peer peer(NodeId id) {
    return id.equals(self()) ? host.self() : host.peer(id);
  }

  @Override
  public boolean encrypts() {
    return host.encrypts();
  }

  @Override
  public NodeStatus status() {
    return host.status();
  }

  @Override
  public CompletableFuture<Claim> form(int shards, int replicationFactor) {
    return host.form(peerAddresses, shards, replicationFactor)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(translated(failure)));
  }

  private static Throwable translated(Throwable failure) {
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    return switch (cause) {
      case FormationException.AlreadyFormed e -> new AlreadyFormed(e.clusterId());
      case FormationException e -> new OtherCluster(String.valueOf(e.getMessage()));
      case null, default -> failure;
    };
  }
}
