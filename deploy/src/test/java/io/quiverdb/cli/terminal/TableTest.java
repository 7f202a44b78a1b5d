package io.quiverdb.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAligned() {
    assertThat(printed(Table.of("ID", ">POINTS", "NOTE").row("a", 7, "x").row("longer", 12345, "")))
        .isEqualTo(
            """
            ID      POINTS  NOTE
            a            7  x
            longer   12345
            """);
  }

  @Test
  void wideCharactersTakeTwoColumnsAndMarksNone() {
    assertThat(printed(Table.of("C", "N").row("😹", "cat").row("日", "sun").row("e\u0301", "e")))
        .isEqualTo(
            """
            C   N
            😹  cat
            日  sun
            e\u0301   e
            """);
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    assertThat(printed(Table.of("ID").row("\u001b[2J\nx\u202e")))
        .isEqualTo("ID\n\\u{1B}[2J\\u{A}x\\u{202E}\n");
  }

  @Test
  void rowOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> Table.of("A", "B").row("a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cells: 1 (expected: 2)");
  }

  private static String printed(Table table) {
    var text = new StringWriter();
    table.print(new PrintWriter(text));
    return text.toString();
  }
}
