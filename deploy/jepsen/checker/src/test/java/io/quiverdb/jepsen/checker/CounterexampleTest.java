package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.RegisterScenario.READ;
import static io.quiverdb.jepsen.checker.RegisterScenario.swap;
import static io.quiverdb.jepsen.checker.RegisterScenario.write;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CounterexampleTest {
  private final RegisterScenario register = new RegisterScenario();

  @Test
  void proofInALongHistoryIsOnlyWhatProves() {
    for (int i = 0; i < 300; i++) {
      register.writes(0, "v" + i);
      register.sees(1, "v" + i);
    }
    register.sees(1, "v17");

    register.assertInvalid().hasSize(3);
  }

  @Test
  void proofEndsAtTheDecisiveMoment() {
    register.writes(0, "1");
    var write = register.start(1, write("2"));
    var overtaken = register.start(2, swap("2", "3"));
    register.sees(3, "7");
    write.ok();
    overtaken.ok();

    register
        .assertInvalid()
        .singleElement()
        .matches(call -> call.operation().equals(READ) && call.completedAt() == 5);
  }

  @Test
  void proofOfABrokenChainOfSwapsKeepsTheChain() {
    register.writes(0, "0");
    for (int i = 0; i < 20; i++) {
      register.start(0, swap("" + i, "" + (i + 1))).ok();
    }
    register.start(0, swap("10", "21")).ok();

    register.assertInvalid().anyMatch(call -> call.operation().equals(swap("10", "21")));
  }

  @Test
  void proofReadsAsOneLineACall() {
    register.writes(0, "1");
    register.sees(3);

    assertThat(new LinearizabilityChecker().check(register.history()).violations())
        .singleElement()
        .hasToString(
            """
            no order explains, on key k:
              0..1 process 0: Write[value=1] -> Done[]
              2..3 process 3: Read[] -> Value[value=Optional.empty]\
            """);
  }

  @Test
  void whatHangsTogetherIsLeftOutIfItCameLater() {
    register.sees(3, "7");
    register.writes(0, "1");
    register.start(0, swap("1", "2")).ok();
    register.start(0, swap("2", "1")).ok();

    register.assertInvalid().hasSize(1);
  }
}
