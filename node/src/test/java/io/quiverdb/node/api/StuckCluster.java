package io.quiverdb.node.api;

import io.quiverdb.node.routing.Cluster;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.catalog.Catalog;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/// A cluster whose catalogue is looked up for as long as the test wants, whatever a call's
/// deadline.
final class StuckCluster implements Cluster {
  private final Cluster cluster;
  private final CountDownLatch goOn;

  StuckCluster(Cluster cluster, CountDownLatch goOn) {
    this.cluster = cluster;
    this.goOn = goOn;
  }

  @Override
  public Optional<Catalog> catalog() {
    if (!Thread.currentThread().isVirtual()) {
      return cluster.catalog(); // Asked before a call begins.
    }
    boolean interrupted = false;
    while (true) {
      try {
        goOn.await();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return cluster.catalog();
  }

  @Override
  public NodeId self() {
    return cluster.self();
  }

  @Override
  public Optional<NodeId> leader(int shard) {
    return cluster.leader(shard);
  }

  @Override
  public boolean awaitsInit() {
    return cluster.awaitsInit();
  }

  @Override
  public Peer peer(NodeId id) {
    return cluster.peer(id);
  }

  @Override
  public boolean encrypts() {
    return true;
  }

  @Override
  public NodeStatus status() {
    return cluster.status();
  }

  @Override
  public CompletableFuture<Claim> form(int shards, int replicationFactor) {
    return cluster.form(shards, replicationFactor);
  }
}
