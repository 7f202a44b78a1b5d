package io.quiverdb.client;

import static io.quiverdb.client.Filter.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What conditions become on the wire.
final class FilterTest {
  @Test
  void valuesKeepTheirTypes() {
    assertWire(field("a.b").eq("1"), "eq { field: 'a.b' value { text: '1' } }");
    assertWire(field("a").eq(1), "eq { field: 'a' value { whole: 1 } }");
    assertWire(field("a").eq(1.0), "eq { field: 'a' value { real: 1 } }");
    assertWire(field("a").eq(false), "eq { field: 'a' value { boolean: false } }");
    assertWire(
        field("a").in("x", "y"), "in { field: 'a' values { text: 'x' } values { text: 'y' } }");
    assertWire(field("a").in(1, 2), "in { field: 'a' values { whole: 1 } values { whole: 2 } }");
    assertWire(field("a").in(0.5), "in { field: 'a' values { real: 0.5 } }");
  }

  @Test
  void rangesHaveTheEndsThatTheirNamesSay() {
    assertWire(field("a").gt(1), "range { field: 'a' gt { whole: 1 } }");
    assertWire(field("a").gte("x"), "range { field: 'a' gte { text: 'x' } }");
    assertWire(field("a").lt(1.5), "range { field: 'a' lt { real: 1.5 } }");
    assertWire(
        field("a").lte(Long.MAX_VALUE), "range { field: 'a' lte { whole: 0x7fffffffffffffff } }");
    assertWire(
        field("a").between("x", "y"), "range { field: 'a' gte { text: 'x' } lte { text: 'y' } }");
  }

  @Test
  void chainsAreFlat() {
    var chain = field("a").exists().and(field("b").exists()).and(field("c").exists());

    assertWire(
        chain,
        """
        and {
          filters { exists { field: 'a' } }
          filters { exists { field: 'b' } }
          filters { exists { field: 'c' } }
        }
        """);
    assertThat(
            field("a")
                .exists()
                .or(field("b").exists())
                .or(field("c").exists())
                .toWire()
                .getOr()
                .getFiltersCount())
        .isEqualTo(3);
    assertThat(chain.toWire())
        .isEqualTo(
            Filter.allOf(List.of(field("a").exists(), field("b").exists(), field("c").exists()))
                .toWire());
  }

  @Test
  void andBindsWhatStandsBeforeIt() {
    assertWire(
        field("a").exists().or(field("b").exists()).and(field("c").exists().not()),
        """
        and {
          filters { or { filters { exists { field: 'a' } } filters { exists { field: 'b' } } } }
          filters { not { exists { field: 'c' } } }
        }
        """);
  }

  private static void assertWire(Filter filter, String expected) {
    try {
      assertThat(filter.toWire())
          .isEqualTo(TextFormat.parse(expected, io.quiverdb.api.v1.Filter.class));
    } catch (TextFormat.ParseException e) {
      throw new AssertionError(expected, e);
    }
  }
}
