package io.quiverdb.client;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Nodes that speak the contract over real sockets and share their state instead of replicating it.
/// Which of them leads, dies or answers what is the test's to say.
final class FakeCluster implements AutoCloseable {
  static final int SLOTS = 16_384;

  private final List<FakeShard> shards = new ArrayList<>();
  private final List<FakeNode> nodes = new ArrayList<>();
  final Map<String, io.quiverdb.api.v1.Collection> collections = new ConcurrentHashMap<>();
  final AtomicLong collectionIds = new AtomicLong();
  private final List<StreamObserver<Topology>> listeners = new ArrayList<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private boolean tells;

  /// Node i leads shard i, modulo the number of nodes.
  FakeCluster(int nodeCount, int shardCount) {
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(new FakeShard(shard, shard % nodeCount));
    }
    for (int node = 0; node < nodeCount; node++) {
      nodes.add(new FakeNode(this, node));
    }
  }

  FakeNode node(int number) {
    return nodes.get(number);
  }

  List<FakeNode> nodes() {
    return nodes;
  }

  FakeShard shard(int number) {
    return shards.get(number);
  }

  List<FakeShard> shards() {
    return shards;
  }

  FakeNode leaderOf(int shard) {
    return nodes.get(shards.get(shard).leader());
  }

  String[] addresses() {
    return nodes.stream().map(FakeNode::address).toArray(String[]::new);
  }

  /// How many requests of a call its nodes have got.
  int requestCount(String call) {
    return nodes.stream().mapToInt(node -> node.requests(call, Object.class).size()).sum();
  }

  int shardOf(String id) {
    byte[] bytes = id.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    long hash =
        org.apache.commons.codec.digest.MurmurHash3.hash128x64(bytes, 0, bytes.length, 0)[0];
    return shardOfSlot((int) (hash >>> 50));
  }

  private int shardOfSlot(int slot) {
    return (int) ((long) slot * shards.size() / SLOTS);
  }

  /// The first ids of the form p0, p1, … that live on a shard.
  List<String> idsOn(int shard, int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; ids.size() < count; i++) {
      if (shardOf("p" + i) == shard) {
        ids.add("p" + i);
      }
    }
    return ids;
  }

  Topology topology() {
    Topology.Builder topology = Topology.newBuilder().setClusterId("fake");
    for (FakeNode node : nodes) {
      topology.addNodes(
          Topology.Node.newBuilder().setId(node.id()).setClientAddress(node.address()));
    }
    TreeMap<Integer, Topology.SlotRange.Builder> ranges = new TreeMap<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      int end = slot;
      ranges
          .computeIfAbsent(
              shardOfSlot(slot), shard -> Topology.SlotRange.newBuilder().setFirst(end))
          .setLast(slot);
    }
    ranges.forEach(
        (shard, range) ->
            topology.addShards(
                Topology.Shard.newBuilder()
                    .setNumber(shard)
                    .setEpoch(1)
                    .addSlots(range)
                    .addAllMemberIds(nodes.stream().map(FakeNode::id).toList())
                    .setLeaderId(leaderOf(shard).id())));
    return topology.build();
  }

  // --- who listens

  /// Answers those that listen from now on, and tells those that do what is so now.
  ///
  /// @return how many were told
  synchronized int tellTopology() {
    tells = true;
    listeners.removeIf(listener -> ((ServerCallStreamObserver<Topology>) listener).isCancelled());
    listeners.forEach(listener -> listener.onNext(topology()));
    return listeners.size();
  }

  synchronized void listen(StreamObserver<Topology> listener) {
    if (!tells) {
      listener.onError(Status.UNIMPLEMENTED.asRuntimeException());
      return;
    }
    ((ServerCallStreamObserver<Topology>) listener).setOnCancelHandler(() -> {});
    listeners.add(listener);
    listener.onNext(topology());
  }

  synchronized int listeners() {
    return listeners.size();
  }

  synchronized void endListening() {
    listeners.forEach(StreamObserver::onCompleted);
    listeners.clear();
  }

  /// How many calls were refused because their node does not lead.
  int refusals() {
    return refusals.get();
  }

  void refused() {
    refusals.incrementAndGet();
  }

  @Override
  public void close() {
    nodes.forEach(FakeNode::kill);
  }
}
