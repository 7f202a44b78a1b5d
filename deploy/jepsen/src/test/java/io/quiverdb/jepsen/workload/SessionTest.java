package io.quiverdb.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SessionTest {
  private final HistoryRecorder recorder = new HistoryRecorder(() -> 0);
  private final QuiverClient unused = QuiverClient.connect("127.0.0.1:1");
  private final Session session = new Session(recorder, unused, "n1", "127.0.0.1:1", 3, 10);

  @AfterEach
  void close() {
    unused.close();
  }

  @Test
  void answerIsOk() {
    var reply =
        session.ask(
            "set", "a", new Operation.Read(), _ -> Reply.of(new Answer.Value(Optional.of("1"))));

    assertThat(reply).isPresent();
    assertThat(end()).isInstanceOf(Event.Ok.class);
    assertThat(end().invoke().node()).isEqualTo("n1");
  }

  @Test
  void afterAnInfoItGoesOnAsAnotherProcess() {
    assertThat(ask(new Operation.Write("1"), true)).isEmpty();
    assertThat(end()).isInstanceOf(Event.Info.class);
    assertThat(ask(new Operation.Write("2"), false)).isEmpty();
    assertThat(end()).isInstanceOf(Event.Fail.class);
    assertThat(ask(new Operation.Write("3"), false)).isEmpty();

    assertThat(recorder.history().calls())
        .extracting(call -> call.invoke().process())
        .containsExactly(3L, 13L, 13L);
    assertThat(session.unansweredCount()).isEqualTo(3);
  }

  @Test
  void readWithoutAnAnswerDidNotTakePlace() {
    assertThat(ask(new Operation.Read(), true)).isEmpty();

    assertThat(end()).isInstanceOf(Event.Fail.class);
  }

  @Test
  void writesOfOneRequestAreOfAProcessEachAndEndAlike() {
    var writes = Map.of("a", new Operation.Write("1"), "b", new Operation.Write("2"));

    assertThat(session.writeTogether("set", writes, 4, _ -> Reply.of(new Answer.Done()))).isTrue();
    assertThat(recorder.history().calls())
        .extracting(call -> call.invoke().process())
        .containsExactly(4L, 14L);
    assertThat(recorder.history().calls()).allMatch(call -> call.answer().isPresent());

    assertThatThrownBy(
            () ->
                session.writeTogether(
                    "set",
                    writes,
                    5,
                    _ -> {
                      throw new UnansweredException("no", true);
                    }))
        .isInstanceOf(UnansweredException.class);
    assertThat(recorder.history().calls()).hasSize(4);
    assertThat(end()).isInstanceOf(Event.Info.class);
    assertThat(session.unansweredCount()).isEqualTo(1);
  }

  private Optional<Reply> ask(Operation operation, boolean mayHaveTakenPlace) {
    return session.ask(
        "set",
        "a",
        operation,
        _ -> {
          throw new UnansweredException("no", mayHaveTakenPlace);
        });
  }

  private Event.Completion end() {
    return recorder.history().calls().getLast().completion().orElseThrow();
  }
}
