package io.quiverdb.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.checker.LinearizabilityChecker;
import io.quiverdb.jepsen.checker.Verdict;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EtcdLogReaderTest {
  private static final String GOOD =
      """
      INFO  jepsen.core - starting
      INFO  jepsen.util - 0\t:invoke\t:read\tnil
      INFO  jepsen.util - 1\t:invoke\t:write\t2
      INFO  jepsen.util - 0\t:ok\t:read\tnil
      INFO  jepsen.util - :nemesis\t:info\t:start\tnil
      INFO  jepsen.util - 1\t:info\t:write\t:timed-out
      INFO  jepsen.util - 0\t:invoke\t:cas\t[2 3]
      INFO  jepsen.util - 0\t:fail\t:cas\t[2 3]
      INFO  jepsen.util - 0\t:invoke\t:cas\t[2 4]
      INFO  jepsen.util - 0\t:ok\t:cas\t[2 4]
      INFO  jepsen.util - 3\t:invoke\t:read\tnil
      INFO  jepsen.util - 3\t:fail\t:read\t:timed-out
      INFO  jepsen.util - 3\t:invoke\t:write\t5
      """;

  @Test
  void everyKindOfLineBecomesItsEvent() throws IOException {
    var history = read(GOOD);

    assertThat(history.calls())
        .extracting(Call::toString)
        .containsExactly(
            "0..2 process 0: Read[] -> Value[value=Optional.empty]",
            "1..3 process 1: Write[value=2] -> info :timed-out",
            "4..5 process 0: CompareAndSet[expected=Optional[2], next=3] -> Mismatch[]",
            "6..7 process 0: CompareAndSet[expected=Optional[2], next=4] -> Done[]",
            "8..9 process 3: Read[] -> fail :timed-out",
            "10.. process 3: Write[value=5] -> in flight");
  }

  @Test
  void handMadeLogWithLateInfoIsLinearizable() throws IOException {
    assertThat(new LinearizabilityChecker().check(read(GOOD)).verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void handMadeLogWithStaleReadIsNotLinearizable() throws IOException {
    var bad =
        GOOD
            + """
            INFO  jepsen.util - 2\t:invoke\t:read\tnil
            INFO  jepsen.util - 2\t:ok\t:read\t2
            """;

    assertThat(new LinearizabilityChecker().check(read(bad)).verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void nilIsAbsentAlsoInCompareAndSet() throws IOException {
    var history = read("INFO  jepsen.util - 0\t:invoke\t:cas\t[nil 3]\n");

    assertThat(history.calls().getFirst().operation())
        .isEqualTo(new Operation.CompareAndSet(Optional.empty(), "3"));
  }

  @Test
  void badLineIsNamedByNumber() {
    var log = GOOD + "INFO  jepsen.util - 5\t:invoke\t:append\t1\n";

    assertThatThrownBy(() -> read(log))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageStartingWith("line 14: ");
  }

  @Test
  void completionWithoutInvocationIsRefused() {
    assertThatThrownBy(() -> read("INFO  jepsen.util - 5\t:ok\t:write\t1\n"))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessage("line 1: process: 5 (expected: one with an operation in flight)");
  }

  @Test
  void completionOfAnotherFunctionIsRefused() {
    var log =
        """
        INFO  jepsen.util - 5\t:invoke\t:write\t1
        INFO  jepsen.util - 5\t:ok\t:read\t1
        """;

    assertThatThrownBy(() -> read(log))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessage("line 2: f: read (expected: write, as invoked)");
  }

  @Test
  void textThatIsNoSuchLogIsNotAnEmptyHistory() {
    assertThatThrownBy(() -> read("hello\nworld\n"))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageContaining("without any operation");
  }

  private static History read(String log) throws IOException {
    return EtcdLogReader.read(new StringReader(log));
  }
}
