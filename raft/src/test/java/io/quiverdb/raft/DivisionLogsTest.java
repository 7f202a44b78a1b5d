package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With a log that holds entries 0 to 9 of term 2, flushed to 9.
class DivisionLogsTest {
  private static final long TERM = 2;
  private static final long LAST = 9;

  private final RaftGroupId group = RaftGroupId.randomId();
  @TempDir private Path folder;
  private long flushed = LAST;
  private GroupStateMachine machine;
  private DivisionLogs logs;

  @BeforeEach
  void setUp() {
    machine = LoneMachine.in(folder, () -> true, _ -> {});
    logs =
        new DivisionLogs(
            this::server, of -> of.equals(group) ? Optional.of(machine) : Optional.empty());
  }

  private RaftServer server() {
    return fake(RaftServer.class, (_, _, _) -> fake(RaftServer.Division.class, this::ofDivision));
  }

  private Object ofDivision(Object division, Method method, Object[] arguments) {
    assertThat(method.getName()).isEqualTo("getRaftLog");
    return fake(
        RaftLog.class,
        (_, asked, of) ->
            asked.getName().equals("getFlushIndex")
                ? (Object) flushed
                : TermIndex.valueOf(TERM, Math.min((Long) of[0], LAST)));
  }

  private static <T> T fake(Class<T> type, InvocationHandler answers) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
  }

  private static TermIndexProto entry(long term, long index) {
    return TermIndexProto.newBuilder().setTerm(term).setIndex(index).build();
  }

  @Test
  void entryOfTheLogThatIsFlushedIsHeldDurably() {
    assertThat(logs.holdsDurably(group, entry(TERM, 7))).isTrue();
  }

  @Test
  void entryThatIsNotFlushedIsHeldAndNotDurably() {
    flushed = 6;

    assertThat(logs.holds(group, entry(TERM, 7))).isTrue();
    assertThat(logs.holdsDurably(group, entry(TERM, 7))).isFalse();
  }

  @Test
  void entryOfAnotherTermIsNotHeld() {
    assertThat(logs.holds(group, entry(1, 7))).isFalse();
  }

  @Test
  void entryIsNotHeldDurablyWhileTheDiskHasYetToTakeBackWhatItReplaces() throws Exception {
    var truncation = machine.truncate(7);
    assertThat(logs.holds(group, entry(TERM, 7))).isTrue();
    assertThat(logs.holdsDurably(group, entry(TERM, 7))).isFalse();

    // As Ratis's writer does.
    truncation.get();
    assertThat(logs.holdsDurably(group, entry(TERM, 7))).isFalse();
    var _ = machine.flush(LAST);
    assertThat(logs.holdsDurably(group, entry(TERM, 7))).isTrue();
  }

  @Test
  void logOfAReplicaThatIsNotHereHoldsNothing() {
    assertThat(logs.holdsDurably(RaftGroupId.randomId(), entry(TERM, 7))).isFalse();
    assertThat(logs.leaderTerms(RaftGroupId.randomId())).isEmpty();
  }
}
