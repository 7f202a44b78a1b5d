package io.quiverdb.cli;

import static io.quiverdb.client.Filter.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.client.Filter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterExpressionTest {
  @Test
  void valuesHaveTheTypesThatTheyLookLike() {
    assertSame("a=en", field("a").eq("en"));
    assertSame("a.b = 7", field("a.b").eq(7));
    assertSame("a = -9223372036854775808", field("a").eq(Long.MIN_VALUE));
    assertSame("a = 9223372036854775808", field("a").eq(0x1p63));
    assertSame("a = 1e3", field("a").eq(1e3));
    assertSame("a = true", field("a").eq(true));
    assertSame("a = \"true\"", field("a").eq("true"));
    assertSame("a = '7'", field("a").eq("7"));
    assertSame("a = 2024-01-31", field("a").eq("2024-01-31"));
    assertSame("a = \"Old \\\"Italic\\\"\"", field("a").eq("Old \"Italic\""));
    assertSame("\"my field\" = ''", field("my field").eq(""));
  }

  @Test
  void everyOperatorSaysWhatItLooksLike() {
    assertSame("a != 1", field("a").eq(1).not());
    assertSame("a < 1", field("a").lt(1));
    assertSame("a<=1.5", field("a").lte(1.5));
    assertSame("a > x", field("a").gt("x"));
    assertSame("a>=1", field("a").gte(1));
    assertSame("a exists", field("a").exists());
    assertSame("a between 1 and 2", field("a").gte(1).and(field("a").lte(2)));
    assertSame(
        "a in (1, x, true)",
        Filter.anyOf(List.of(field("a").eq(1), field("a").eq("x"), field("a").eq(true))));
  }

  @Test
  void andBindsTighterThanOrAndNotTightest() {
    var a = field("a").exists();
    var b = field("b").exists();
    var c = field("c").exists();

    assertSame("a exists or b exists and c exists", a.or(b.and(c)));
    assertSame("(a exists or b exists) and c exists", a.or(b).and(c));
    assertSame("NOT a exists AND b exists OR c exists", a.not().and(b).or(c));
    assertSame("not (a exists and not b exists)", a.and(b.not()).not());
    assertSame("a exists and b exists and c exists", Filter.allOf(List.of(a, b, c)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "script = Old Italic | filter: Italic at character 14 (expected: and, or, or the end; text"
            + " of several words in quotes)",
        "a | filter: the end at character 2 (expected: =, !=, <, <=, >, >=, in, between or exists)",
        "= x | filter: = at character 1 (expected: a field)",
        "a = | filter: the end at character 4 (expected: a value)",
        "a == 1 | filter: = at character 4 (expected: a value)",
        "a in x | filter: x at character 6 (expected: ()",
        "a in (x | filter: the end at character 8 (expected: ))",
        "(a = 1 | filter: the end at character 7 (expected: ))",
        "a = 1) | filter: ) at character 6 (expected: and, or, or the end; text of several words in"
            + " quotes)",
        "a = 1 and | filter: the end at character 10 (expected: a field)",
        "a between 1 or 2 | filter: or at character 13 (expected: and)",
        "a > true | filter: true at character 5 (expected: a number or text)",
        "a = 'x | filter: quote at character 5 (expected: another that ends it)",
        "`` | filter: the end at character 1 (expected: a field)",
      })
  void whatMakesNoSenseIsNamedWithItsPlace(String expression, String message) {
    assertThatThrownBy(() -> FilterExpression.parse(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void deepNestingIsRefusedInsteadOfOverflowing() {
    assertThatThrownBy(() -> FilterExpression.parse("(".repeat(100_000)))
        .hasMessageEndingWith("(expected: at most 32 levels)");
  }

  @Test
  void whateverIsTypedIsAFilterOrRefusedWithItsPlace() {
    var words =
        List.of(
            "a", "b.c", "7", "-1.5", "true", "and", "or", "not", "in", "between", "exists", "(",
            ")", ",", "=", "!=", "<", ">=", "!", "\"x y\"", "'", "\\", " ", "\u00e9");
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.println("quiver.seed=" + seed);
    var random = new Random(seed);
    for (int round = 0; round < 50_000; round++) {
      var expression = new StringBuilder();
      int length = random.nextInt(12);
      for (int word = 0; word < length; word++) {
        expression.append(words.get(random.nextInt(words.size()))).append(' ');
      }
      try {
        assertThat(FilterExpression.parse(expression.toString())).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("filter: ").hasMessageContaining("at character");
      }
    }
  }

  private static void assertSame(String expression, Filter expected) {
    assertThat(FilterExpression.parse(expression)).isEqualTo(expected);
  }
}
