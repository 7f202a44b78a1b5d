package io.quiverdb.client.routing;

import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.ClusterGrpc;
import io.quiverdb.api.v1.Topology;
import io.quiverdb.api.v1.WatchTopologyRequest;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/// Hears of changes of the topology, from one node at a time; from the next when that one ends or
/// falls silent.
final class TopologyWatch {
  /// Nodes say something every 10 s.
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /// Of nodes that do not know the call: older ones, which may be replaced.
  private static final long UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Channels channels;
  private final Timer timer;
  private final Backoff backoff;
  private final Function<Optional<String>, String> nodes;
  private final Consumer<Topology> heard;
  private final AtomicBoolean started = new AtomicBoolean();

  /// @param nodes picks whom to listen to, another one than a given one if it can
  /// @param heard takes what a node says, on a network thread
  TopologyWatch(
      Channels channels,
      Timer timer,
      Backoff backoff,
      Function<Optional<String>, String> nodes,
      Consumer<Topology> heard) {
    this.channels = channels;
    this.timer = timer;
    this.backoff = backoff;
    this.nodes = nodes;
    this.heard = heard;
  }

  /// Begins to listen, once; goes on until the channels are closed.
  void start() {
    if (started.compareAndSet(false, true)) {
      listen(Optional.empty());
    }
  }

  private void listen(Optional<String> avoided) {
    String address = nodes.apply(avoided);
    Listening listening = new Listening(address);
    try {
      listening.cancel =
          channels.listen(
              address,
              ClusterGrpc.getWatchTopologyMethod(),
              WatchTopologyRequest.getDefaultInstance(),
              listening);
      listening.awaitSilence();
    } catch (CallFailure closed) {
      // Nobody asks any more.
      return;
    }
  }

  private void listenAgain(String address, long pauseNanos) {
    var unused = timer.after(pauseNanos).thenRun(() -> listen(Optional.of(address)));
  }

  private final class Listening implements StreamObserver<Topology> {
    private final String address;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Runnable cancel = () -> {};
    private volatile boolean spoke;

    Listening(String address) {
      this.address = address;
    }

    private void awaitSilence() {
      spoke = false;
      var unused =
          timer
              .after(SILENCE_NANOS)
              .thenRun(
                  () -> {
                    if (ended.get()) {
                      return;
                    }
                    if (spoke) {
                      awaitSilence();
                    } else {
                      cancel.run();
                      end(backoff.nextNanos());
                    }
                  });
    }

    @Override
    public void onNext(Topology topology) {
      spoke = true;
      heard.accept(topology);
    }

    @Override
    public void onError(Throwable error) {
      CallFailure failure = CallFailure.ofTransport(address, error, true);
      end(failure.unknownCall() ? UNKNOWN_NANOS : backoff.nextNanos());
    }

    @Override
    public void onCompleted() {
      end(backoff.nextNanos());
    }

    private void end(long pauseNanos) {
      if (ended.compareAndSet(false, true)) {
        listenAgain(address, pauseNanos);
      }
    }
  }
}
