package io.quiverdb.client;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.ErrorDetail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One node of the fake cluster: a server on a port of its own, the faults it has been told to
/// commit, and the requests it got.
final class FakeNode {
  private final FakeCluster cluster;
  private final int number;
  private final int port;
  private final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
  private final Map<String, Fault> lasting = new ConcurrentHashMap<>();
  private final Map<String, List<Object>> requests = new ConcurrentHashMap<>();

  /// What the part of a write with this ordinal meets, once.
  final Map<Integer, ErrorDetail> partErrors = new ConcurrentHashMap<>();

  private volatile @Nullable Server server;

  FakeNode(FakeCluster cluster, int number) {
    this.cluster = cluster;
    this.number = number;
    this.port = start(0);
  }

  private int start(int wantedPort) {
    try {
      Server started =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort))
              .addService(new FakePoints(cluster, this))
              .addService(new FakeSearch(cluster, this))
              .addService(new FakeCollections(cluster, this))
              .addService(new FakeClusterService(cluster, this))
              .maxInboundMessageSize(32 << 20)
              .build()
              .start();
      server = started;
      return started.getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts it again where it was.
  void restart() {
    start(port);
  }

  void kill() {
    Server running = server;
    server = null;
    if (running != null) {
      running.shutdownNow();
      try {
        running.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  boolean alive() {
    return server != null;
  }

  int number() {
    return number;
  }

  String id() {
    return "node-" + number;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /// The next request of a call meets a fault, after those said before.
  void next(String call, Fault fault) {
    faults.computeIfAbsent(call, any -> new ConcurrentLinkedQueue<>()).add(fault);
  }

  /// All requests of a call from now on meet a fault.
  void always(String call, Fault fault) {
    lasting.put(call, fault);
  }

  void heal() {
    faults.clear();
    lasting.clear();
  }

  /// The requests of a call that this node got, in order.
  <Q> List<Q> requests(String call, Class<Q> type) {
    return requests.getOrDefault(call, List.of()).stream().map(type::cast).toList();
  }

  int requestCount() {
    return requests.values().stream().mapToInt(List::size).sum();
  }

  <R> void answer(String call, Object request, Supplier<R> work, StreamObserver<R> observer) {
    requests.computeIfAbsent(call, any -> new CopyOnWriteArrayList<>()).add(request);
    Queue<Fault> scripted = faults.get(call);
    Fault fault = scripted == null ? null : scripted.poll();
    if (fault == null) {
      fault = lasting.get(call);
    }
    try {
      if (fault == null) {
        observer.onNext(work.get());
        observer.onCompleted();
        return;
      }
      if (fault.applies()) {
        var unused = work.get();
      }
      if (fault.dies()) {
        Server running = server;
        server = null;
        if (running != null) {
          running.shutdownNow();
        }
      }
      fault.answer().ifPresent(observer::onError);
    } catch (RuntimeException e) {
      observer.onError(e);
    }
  }
}
