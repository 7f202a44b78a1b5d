package io.quiverdb.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.quiverdb.node.peer.PeerFailures.Asked;
import io.quiverdb.raft.ShardException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class PeerFailuresTest {
  private static final Status CLOSED_WHILE_BEGUN =
      Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException());

  @Test
  void connectionThatClosesWhileACallIsBegunIsNoFailureOfTheReplica() {
    assertThat(failure(CLOSED_WHILE_BEGUN, Asked.read("shard 1"), true))
        .isInstanceOf(ShardException.Unavailable.class);
    assertThat(failure(CLOSED_WHILE_BEGUN, Asked.change("shard 1"), false))
        .isInstanceOf(ShardException.Unavailable.class);
    assertThat(failure(CLOSED_WHILE_BEGUN, Asked.change("shard 1"), true))
        .isInstanceOf(ShardException.OutcomeUnknown.class);
  }

  @Test
  void whatTheOtherNodeDoesNotExplainIsItsFailure() {
    assertThat(failure(Status.UNKNOWN, Asked.read("shard 1"), true))
        .isInstanceOf(ShardException.Failed.class);
    assertThat(failure(Status.INTERNAL, Asked.read("shard 1"), true))
        .isInstanceOf(ShardException.Failed.class);
  }

  @Test
  void nodeThatCannotBeReachedIsUnavailable() {
    assertThat(failure(Status.UNAVAILABLE, Asked.read("shard 1"), false))
        .isInstanceOf(ShardException.Unavailable.class);
  }

  private static RuntimeException failure(Status status, Asked asked, boolean sent) {
    return PeerFailures.fromStatus("10.0.0.1:7071", asked, status.asRuntimeException(), sent);
  }
}
