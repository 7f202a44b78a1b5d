package io.quiverdb.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter text = new StringWriter();
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void terminalGetsABarThatIsDrawnOver() {
    try (var progress = progress(true)) {
      advance(Duration.ofSeconds(2));
      progress.update(1_000, 0.5);
      advance(Duration.ofMillis(50));
      progress.update(1_100, 0.55);
      advance(Duration.ofMillis(1950));
      progress.update(2_000, 1);
    }

    assertThat(text.toString())
        .isEqualTo(
            "\r"
                + "load  [###############---------------]  50 %  1,000 points  500/s  2 s"
                + " left\u001b[K\r"
                + "load  [##############################] 100 %  2,000 points  500/s  0 s"
                + " left\u001b[K\r"
                + "load  [##############################] 100 %  2,000 points  500/s  in 4.0"
                + " s\u001b[K\n");
  }

  @Test
  void elsewhereItIsALineNowAndThen() {
    try (var progress = progress(false)) {
      advance(Duration.ofSeconds(4));
      progress.update(400, 0.4);
      advance(Duration.ofSeconds(2));
      progress.update(600, 0.6);
      advance(Duration.ofSeconds(4));
    }

    assertThat(text.toString())
        .isEqualTo(
            """
            load   60 %  600 points  100/s  4 s left
            load   60 %  600 points  60/s  in 10.0 s
            """);
  }

  @Test
  void unknownTotalHasNeitherBarNorEnd() {
    try (var progress = progress(true)) {
      advance(Duration.ofSeconds(1));
      progress.update(10, -1);
    }

    assertThat(text.toString())
        .isEqualTo("\rload  10 points  10/s\u001b[K\rload  10 points  10/s  in 1.0 s\u001b[K\n");
  }

  private Progress progress(boolean terminal) {
    return new Progress(new PrintWriter(text), terminal, nanos::get, "load", "points");
  }

  private void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}
