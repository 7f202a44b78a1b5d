package io.quiverdb.node;

import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.raft.PeerTransport;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says in the log for whom a node waits that shall form a cluster with others, until it is formed.
/// If one of them is of a cluster that was formed without it, it joins that one.
final class JoinWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JoinWatch.class);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration JOIN = Duration.ofSeconds(30);
  private static final long PAUSE_MILLIS = 1_000;

  private final PeerTransport transport;
  private final List<String> addresses;
  private final BooleanSupplier formed;
  private final Joining joining;
  private final CountDownLatch closed = new CountDownLatch(1);

  /// Joins the cluster of a node.
  interface Joining {
    /// @return whether this node may: one that is being formed with it waits for that
    boolean mayJoin();

    CompletableFuture<Void> join(String peerAddress);
  }

  private JoinWatch(
      PeerTransport transport, List<String> addresses, BooleanSupplier formed, Joining joining) {
    this.transport = transport;
    this.addresses = addresses;
    this.formed = formed;
    this.joining = joining;
  }

  static JoinWatch start(
      PeerTransport transport, List<String> addresses, BooleanSupplier formed, Joining joining) {
    var watch = new JoinWatch(transport, addresses, formed, joining);
    Thread.ofVirtual().name("join-watch").start(watch::run);
    return watch;
  }

  private void run() {
    List<String> told = List.of("nobody was told of yet");
    try {
      while (!formed.getAsBoolean()) {
        tryJoin();
        var missing = missing();
        if (!missing.equals(told)) {
          tell(missing);
          told = missing;
        }
        if (closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      log.info("part of a formed cluster");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void tryJoin() {
    for (String address : addresses) {
      if (!joining.mayJoin() || !isFormed(address)) {
        continue;
      }
      try {
        Deadline.after(JOIN).await(address, joining.join(address));
        return;
      } catch (RoutingException | ShardException | IllegalArgumentException e) {
        log.warn("not joined node={} cause=\"{}\"", address, e.getMessage());
      }
    }
  }

  private boolean isFormed(String address) {
    try {
      return Deadline.after(ANSWER)
          .await(address, transport.at(address).status())
          .clusterId()
          .isPresent();
    } catch (RoutingException | ShardException _) {
      return false;
    }
  }

  private static void tell(List<String> missing) {
    if (missing.isEmpty()) {
      log.info("all nodes are here; waiting for: quiver cluster init, once, against any of them");
    } else {
      log.info("waiting for: {}", String.join(", ", missing));
    }
  }

  /// Those that do not answer.
  private List<String> missing() {
    var deadline = Deadline.after(ANSWER);
    var answers = addresses.stream().map(address -> transport.at(address).status()).toList();
    List<String> missing = new ArrayList<>();
    for (int index = 0; index < addresses.size(); index++) {
      try {
        deadline.await(addresses.get(index), answers.get(index));
      } catch (RoutingException | ShardException _) {
        missing.add(addresses.get(index));
      }
    }
    return missing;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
