package io.quiverdb.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
  void payloadThatGoesOnAfterItsObjectIsNoJson() {
    var filter = eq("lang", new Value.Text("en"));

    assertThat(matches(filter, "{\"lang\":\"en\"} \n")).isTrue();
    assertThat(matches(filter, "{\"lang\":\"en\"} {}")).isFalse();
    assertThat(matches(filter, "{\"lang\":\"en\"} 1")).isFalse();
    assertThat(matches(filter, "[{\"lang\":\"en\"}]")).isFalse();
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
        .hasMessage("field: \"" + path + "\" (expected: names separated by dots)");
  }

  @Test
  void notANumberIsRefused() {
    assertThatThrownBy(() -> new Value.Real(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("value: NaN (expected: a finite number)");
  }

  @Test
  void rangesKeepToTheirEnds() {
    var teens = range(bound(13, true), bound(20, false));

    assertThat(matches(teens, "{\"n\":13}")).isTrue();
    assertThat(matches(teens, "{\"n\":19.999}")).isTrue();
    assertThat(matches(teens, "{\"n\":12.999}")).isFalse();
    assertThat(matches(teens, "{\"n\":20}")).isFalse();
    assertThat(matches(teens, "{\"n\":\"15\"}")).isFalse();
  }

  @Test
  void rangeAsksForOneElementWithinBothEnds() {
    var teens = range(bound(13, true), bound(20, false));

    assertThat(matches(teens, "{\"n\":[1,99]}")).isFalse();
    assertThat(matches(teens, "{\"n\":[1,15,99]}")).isTrue();
  }

  @Test
  void rangeIsExactBeyondDoubles() {
    var above = range(bound(9007199254740992L, false), Optional.empty());

    assertThat(matches(above, "{\"n\":9007199254740992}")).isFalse();
    assertThat(matches(above, "{\"n\":9007199254740993}")).isTrue();
    assertThat(matches(above, "{\"n\":1e400}")).isTrue();
    assertThat(matches(above, "{\"n\":-1e400}")).isFalse();
  }

  @Test
  void rangeWithNothingBetweenItsEndsMatchesNothing() {
    assertThat(matches(range(bound(2, true), bound(1, true)), "{\"n\":[0,1,2,3]}")).isFalse();
    assertThat(matches(range(bound(1, false), bound(1, true)), "{\"n\":1}")).isFalse();
  }

  @Test
  void textIsOrderedByCodePoints() {
    var fromPrivateUse =
        new Filter.Range(
            "n", Optional.of(new Bound(new Value.Text("\ue000"), true)), Optional.empty());

    assertThat(matches(fromPrivateUse, "{\"n\":\"😀\"}")).isTrue();
    assertThat(matches(fromPrivateUse, "{\"n\":\"z\"}")).isFalse();
  }

  @Test
  void missingFieldFailsTheConditionAndNotItsNegation() {
    assertThat(matches(new Filter.Not(eq("a", new Value.Whole(1))), "{\"b\":1}")).isTrue();
    assertThat(matches(new Filter.Not(eq("a", new Value.Whole(1))), "no JSON")).isTrue();
    assertThat(matches(new Filter.Not(eq("a", new Value.Whole(1))), "{\"a\":1}")).isFalse();
  }

  @Test
  void nullAndNothingDoNotExist() {
    var exists = new Filter.Exists("a");

    assertThat(matches(exists, "{\"a\":false}")).isTrue();
    assertThat(matches(exists, "{\"a\":{}}")).isTrue();
    assertThat(matches(exists, "{\"a\":[[]]}")).isTrue();
    assertThat(matches(exists, "{\"a\":null}")).isFalse();
    assertThat(matches(exists, "{\"a\":[]}")).isFalse();
    assertThat(matches(exists, "{\"a\":[null]}")).isFalse();
    assertThat(matches(exists, "{\"b\":1}")).isFalse();
  }

  @Test
  void oneFieldMayBeAskedSeveralThings() {
    var filter =
        new Filter.And(
            List.of(
                eq("n", new Value.Whole(1)),
                eq("n", new Value.Text("x")),
                new Filter.Exists("n.m")));

    assertThat(matches(filter, "{\"n\":[1,\"x\",{\"m\":0}]}")).isTrue();
    assertThat(matches(filter, "{\"n\":[1,\"x\"]}")).isFalse();
  }

  @Test
  void numberWithThousandsOfDigitsIsANumber() {
    var payload = "{\"n\":1" + "0".repeat(5000) + ",\"m\":0." + "1".repeat(5000) + "}";

    assertThat(matches(range(bound(1, true), Optional.empty()), payload)).isTrue();
    assertThat(matches(eq("m", new Value.Real(1.0 / 9)), payload)).isTrue();
  }

  @Test
  void limitsAreNamed() {
    Filter leaf = new Filter.Exists("a");
    Filter deepest = leaf;
    for (int level = 1; level < Filter.DEPTH_MAX; level++) {
      deepest = new Filter.Not(deepest);
    }
    Filter tooDeep = deepest;
    var most = Collections.nCopies(Filter.TERMS_MAX, leaf);
    var tooMany = new ArrayList<>(most);
    tooMany.add(leaf);

    assertThat(new Filter.Or(most).terms()).isEqualTo(Filter.TERMS_MAX);
    assertRefused(() -> new Filter.Not(tooDeep), "filter: 33 levels (expected: at most 32)");
    assertRefused(() -> new Filter.Or(tooMany), "filter: 1001 terms (expected: at most 1000)");
    assertRefused(
        () -> new Filter.In("a", Collections.nCopies(1001, new Value.Whole(1))),
        "filter: 1001 terms (expected: at most 1000)");
    assertRefused(() -> new Filter.In("a", List.of()), "in: no values (expected: 1 to 1000)");
    assertRefused(() -> new Filter.And(List.of()), "and: no conditions (expected: at least one)");
    assertRefused(
        () -> new Filter.Exists("a".repeat(1025)), "field: 1025 bytes (expected: at most 1024)");
  }

  @Test
  void rangeOfWhatHasNoOrderIsRefused() {
    assertRefused(
        () -> range(Optional.empty(), Optional.empty()), "range: no bound (expected: one or two)");
    assertRefused(
        () -> new Bound(new Value.Bool(true), true),
        "range: a boolean (expected: a number or text)");
    assertRefused(
        () -> range(bound(1, true), Optional.of(new Bound(new Value.Text("x"), true))),
        "range: a number and text (expected: two numbers or two texts)");
  }

  @Test
  void textWithAnUnpairedSurrogateIsRefused() {
    assertRefused(
        () -> new Value.Text("a\ud800"), "value: an unpaired surrogate (expected: Unicode text)");
  }

  private static void assertRefused(ThrowingCallable creation, String message) {
    assertThatThrownBy(creation).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  private static Optional<Bound> bound(long number, boolean inclusive) {
    return Optional.of(new Bound(new Value.Whole(number), inclusive));
  }

  private static Filter range(Optional<Bound> lower, Optional<Bound> upper) {
    return new Filter.Range("n", lower, upper);
  }

  private static Filter eq(String path, Value value) {
    return new Filter.Eq(path, value);
  }

  private static boolean matches(Filter filter, String payload) {
    return PayloadFilter.of(filter)
        .matches(MemorySegment.ofArray(payload.getBytes(StandardCharsets.UTF_8)));
  }
}
