package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.junit.jupiter.api.Test;

class UnhurriedAnswersTest {
  private final List<String> told = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean broken;
  private final UnhurriedAnswers<InstallSnapshotRequestProto, InstallSnapshotReplyProto> answers =
      new UnhurriedAnswers<>(new ToldCall(), waiting::add);

  private final class ToldCall
      extends ServerCall<InstallSnapshotRequestProto, InstallSnapshotReplyProto> {
    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(InstallSnapshotReplyProto message) {
      if (broken) {
        throw new IllegalStateException("the stream is broken");
      }
      told.add(message.getResult().name());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      told.add(status.getCode().name());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<InstallSnapshotRequestProto, InstallSnapshotReplyProto>
        getMethodDescriptor() {
      return RaftServerProtocolServiceGrpc.getInstallSnapshotMethod();
    }
  }

  private void answer(InstallSnapshotResult result) {
    answers.sendMessage(InstallSnapshotReplyProto.newBuilder().setResult(result).build());
  }

  @Test
  void leaderHearsThatASnapshotIsOnItsWayAfterAWhile() {
    answer(InstallSnapshotResult.IN_PROGRESS);
    answers.close(Status.OK, new Metadata());
    assertThat(told).isEmpty();

    waiting.removeFirst().run();

    assertThat(told).containsExactly("IN_PROGRESS", "OK");
    assertThat(waiting).isEmpty();
  }

  @Test
  void leaderHearsAllElseAtOnce() {
    answer(InstallSnapshotResult.ALREADY_INSTALLED);
    answers.close(Status.OK, new Metadata());

    assertThat(told).containsExactly("ALREADY_INSTALLED", "OK");
    assertThat(waiting).isEmpty();
  }

  @Test
  void callEndsWhoseAnswerCannotBeSent() {
    broken = true;
    answer(InstallSnapshotResult.IN_PROGRESS);
    answers.close(Status.OK, new Metadata());

    waiting.removeFirst().run();

    assertThat(told).containsExactly("OK");
  }
}
