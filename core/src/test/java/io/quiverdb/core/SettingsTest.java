package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quiverdb.core.Settings.FilterableField;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SettingsTest {
  @Test
  void pathMayBeAsLongAsThatOfAFilter() {
    // Two bytes each.
    var longest = "é".repeat(Filter.PATH_BYTES_MAX / 2);

    assertThat(new FilterableField(longest, FilterableField.Type.KEYWORD).path())
        .isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilterableField(longest + "x", FilterableField.Type.KEYWORD))
        .withMessage("filterable field: 1025 bytes (expected: at most 1024)");
  }

  @Test
  void fieldsAreCounted() {
    assertThat(new Settings(fields(256)).filterableFields()).hasSize(256);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Settings(fields(257)))
        .withMessage("filterable fields: 257 (expected: at most 256)");
  }

  @Test
  void efIsWithinTheBoundsOfASearch() {
    assertThat(new Settings(List.of(), OptionalInt.of(10_000)).ef()).hasValue(10_000);
    for (int ef : new int[] {0, 10_001}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Settings(List.of(), OptionalInt.of(ef)))
          .withMessage("ef: " + ef + " (expected: 1 to 10000)");
    }
  }

  private static List<FilterableField> fields(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> new FilterableField("f" + number, FilterableField.Type.NUMERIC))
        .toList();
  }

  @Test
  void pathsAreNamesThatAreThereOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilterableField("a..b", FilterableField.Type.NUMERIC))
        .withMessage("filterable field: \"a..b\" (expected: names separated by dots)");
    var twice =
        List.of(
            new FilterableField("a", FilterableField.Type.KEYWORD),
            new FilterableField("a", FilterableField.Type.NUMERIC));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Settings(twice))
        .withMessage("filterable field: a twice (expected: once)");
  }
}
