package io.quiverdb.raft;

import io.quiverdb.raft.ReplicatedState.TermIndex;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/// An entry on its way through Ratis: a message that knows how far it came, as Ratis's replies do
/// not tell. It passes by reference from the proposer to the state machine of the same process.
final class Submission implements Message {
  private final ByteString content;
  private volatile boolean begun;
  private volatile boolean cancelled;
  private volatile Optional<GroupReplica.Reply> reply = Optional.empty();

  /// @param entry not changed any more
  Submission(ByteBuffer entry) {
    content = UnsafeByteOperations.unsafeWrap(entry);
  }

  @Override
  public ByteString getContent() {
    return content;
  }

  /// Ratis is about to log it.
  void begin() {
    begun = true;
  }

  /// Ratis gave it up before it was in the log.
  void cancel() {
    cancelled = true;
  }

  /// Once Ratis is done with it: whether it certainly never was in the log.
  boolean neverLogged() {
    return !begun || cancelled;
  }

  void applied(TermIndex place, ByteBuffer answer) {
    reply = Optional.of(new GroupReplica.Reply(answer, place));
  }

  /// Present once it was applied here.
  Optional<GroupReplica.Reply> reply() {
    return reply;
  }
}
