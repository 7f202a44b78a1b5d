package io.quiverdb.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NumberedLinesTest {
  @Test
  void emptyLinesCountAndAreLeftOut() throws IOException {
    assertThat(read("a\n\n  \r\nb\r\nc")).containsExactly("1:a", "4:b\r", "5:c");
  }

  @Test
  void byteOrderMarkIsDropped() throws IOException {
    assertThat(read("\uFEFFa\n\uFEFFb\n")).containsExactly("1:a", "2:\uFEFFb");
  }

  @Test
  void emptyInputHasNoLines() throws IOException {
    assertThat(read("")).isEmpty();
  }

  @Test
  void linesAcrossBuffersAreWhole() throws IOException {
    var longLine = "x".repeat(200_000);

    assertThat(read("a\n" + longLine + "\nb\n")).containsExactly("1:a", "2:" + longLine, "3:b");
  }

  @Test
  void lineBeyondTheLimitIsCutAndTheNextOneIsWhole() throws IOException {
    var tooLong = "x".repeat(NumberedLines.LINE_BYTES_MAX + 1);
    try (var lines = new NumberedLines(stream(tooLong + "\nb"))) {
      var first = lines.next().orElseThrow();
      var second = lines.next().orElseThrow();

      assertThat(first.cut()).isTrue();
      assertThat(first.bytes()).hasSize(NumberedLines.LINE_BYTES_MAX);
      assertThat(second.cut()).isFalse();
      assertThat(second.bytes()).asString().isEqualTo("b");
    }
  }

  private static List<String> read(String text) throws IOException {
    var all = new ArrayList<String>();
    try (var lines = new NumberedLines(stream(text))) {
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        all.add(line.get().number() + ":" + new String(line.get().bytes(), StandardCharsets.UTF_8));
      }
    }
    return all;
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
