package io.quiverdb.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Value;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadFilterTest {
  @Test
  void textMatchesWholeStringOnly() {
    var filter = eq("lang", new Value.Text("en"));

    assertThat(matches(filter, "{\"lang\":\"en\"}")).isTrue();
    assertThat(matches(filter, "{\"lang\":\"en-GB\"}")).isFalse();
    assertThat(matches(filter, "{\"lang\":\"EN\"}")).isFalse();
    assertThat(matches(filter, "{\"other\":\"en\"}")).isFalse();
    assertThat(matches(filter, "{\"deeper\":{\"lang\":\"en\"}}")).isFalse();
  }

  @Test
  void pathLeadsThroughObjectsAndArrays() {
    var filter = eq("author.name", new Value.Text("Ada"));

    assertThat(matches(filter, "{\"author\":{\"age\":1,\"name\":\"Ada\"},\"z\":[1,{}]}")).isTrue();
    assertThat(matches(filter, "{\"author\":[{\"name\":\"Bob\"},{\"name\":\"Ada\"}]}")).isTrue();
    assertThat(matches(filter, "{\"author\":{\"name\":[\"Bob\",\"Ada\"]}}")).isTrue();
    assertThat(matches(filter, "{\"author\":{\"name\":[[\"Ada\"]]}}")).isFalse();
    assertThat(matches(filter, "{\"author\":{\"name\":{\"name\":\"Ada\"}}}")).isFalse();
    assertThat(matches(filter, "{\"author.name\":\"Ada\"}")).isFalse();
    assertThat(matches(filter, "{\"author\":\"Ada\"}")).isFalse();
  }

  @Test
  void escapesInNamesAndValuesAreRead() {
    var filter = eq("naïve", new Value.Text("a\"b😀"));

    assertThat(matches(filter, "{\"na\\u00efve\":\"a\\\"b\\ud83d\\ude00\"}")).isTrue();
  }

  @Test
  void numbersAreComparedAsNumbers() {
    assertThat(matches(eq("n", new Value.Whole(1)), "{\"n\":1.0}")).isTrue();
    assertThat(matches(eq("n", new Value.Whole(100)), "{\"n\":1e2}")).isTrue();
    assertThat(matches(eq("n", new Value.Real(1)), "{\"n\":1}")).isTrue();
    assertThat(matches(eq("n", new Value.Real(0.1)), "{\"n\":0.1}")).isTrue();
    assertThat(matches(eq("n", new Value.Real(0)), "{\"n\":-0.0}")).isTrue();
    assertThat(matches(eq("n", new Value.Whole(1)), "{\"n\":1.5}")).isFalse();
    assertThat(matches(eq("n", new Value.Whole(1)), "{\"n\":\"1\"}")).isFalse();
    assertThat(matches(eq("n", new Value.Text("1")), "{\"n\":1}")).isFalse();
  }

  @Test
  void longsAreComparedExactly() {
    var filter = eq("n", new Value.Whole(9007199254740993L));

    assertThat(matches(filter, "{\"n\":9007199254740993}")).isTrue();
    assertThat(matches(filter, "{\"n\":9007199254740992}")).isFalse();
    assertThat(matches(filter, "{\"n\":9007199254740992.0}")).isFalse();
    assertThat(matches(eq("n", new Value.Real(0x1p53)), "{\"n\":9007199254740993}")).isFalse();
    var max = eq("n", new Value.Whole(Long.MAX_VALUE));
    assertThat(matches(max, "{\"n\":9223372036854775807}")).isTrue();
    assertThat(matches(max, "{\"n\":9223372036854775808}")).isFalse();
    assertThat(matches(max, "{\"n\":1e400}")).isFalse();
  }

  @Test
  void booleansMatchBooleans() {
    assertThat(matches(eq("b", new Value.Bool(true)), "{\"b\":true}")).isTrue();
    assertThat(matches(eq("b", new Value.Bool(false)), "{\"b\":[null,false]}")).isTrue();
    assertThat(matches(eq("b", new Value.Bool(true)), "{\"b\":\"true\"}")).isFalse();
    assertThat(matches(eq("b", new Value.Bool(false)), "{\"b\":null}")).isFalse();
  }

  @Test
  void repeatedNameMatchesByEachValue() {
    assertThat(matches(eq("a", new Value.Whole(1)), "{\"a\":1,\"a\":2}")).isTrue();
    assertThat(matches(eq("a", new Value.Whole(2)), "{\"a\":1,\"a\":2}")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "{\"a\":1",
        "{\"a\":1} trailing",
        "{\"a\":1}}",
        "[{\"a\":1}]",
        "{\"a\":1,}",
        "1",
        "{\"a\":1,\"b\":\"\u0001\"}"
      })
  void whatIsNoJsonObjectMatchesNothing(String payload) {
    assertThat(matches(eq("a", new Value.Whole(1)), payload)).isFalse();
  }

  @Test
  void malformedUtf8MatchesNothing() {
    byte[] payload = "{\"a\":1,\"b\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    payload[12] = (byte) 0xff;

    assertThat(
            PayloadFilter.of(eq("a", new Value.Whole(1))).matches(MemorySegment.ofArray(payload)))
        .isFalse();
  }

  @Test
  void deepNestingMatchesNothingInsteadOfOverflowing() {
    assertThat(matches(eq("a", new Value.Whole(1)), "{\"a\":1,\"b\":" + "[".repeat(60_000)))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", ".a", "a..b"})
  void pathWithoutANameIsRefused(String path) {
    assertThatThrownBy(() -> new Filter.Eq(path, new Value.Whole(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("path: \"" + path + "\" (expected: names separated by dots)");
  }

  @Test
  void notANumberIsRefused() {
    assertThatThrownBy(() -> new Value.Real(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("value: NaN (expected: a finite number)");
  }

  private static Filter eq(String path, Value value) {
    return new Filter.Eq(path, value);
  }

  private static boolean matches(Filter filter, String payload) {
    return PayloadFilter.of(filter)
        .matches(MemorySegment.ofArray(payload.getBytes(StandardCharsets.UTF_8)));
  }
}
