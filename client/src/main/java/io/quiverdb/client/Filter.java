package io.quiverdb.client;

import io.quiverdb.api.v1.Filter.Conditions;
import io.quiverdb.api.v1.Filter.Eq;
import io.quiverdb.api.v1.Filter.Exists;
import io.quiverdb.api.v1.Filter.In;
import io.quiverdb.api.v1.Filter.Range;
import io.quiverdb.api.v1.Filter.Value;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// A condition on payloads: `field("lang").eq("en").and(field("year").gte(2020))`.
///
/// A condition on a field holds if one of its values satisfies it: where a payload has an array
/// there, one of the elements. Points without the field do not satisfy it, nor do values of another
/// type. At most 32 levels and 1,000 conditions; a node refuses more.
public final class Filter {
  private final io.quiverdb.api.v1.Filter wire;

  private Filter(io.quiverdb.api.v1.Filter wire) {
    this.wire = wire;
  }

  /// @param path names separated by dots; they lead through objects and the elements of arrays
  public static Field field(String path) {
    return new Field(path);
  }

  /// Points that match all of `filters`: at least one.
  public static Filter allOf(List<Filter> filters) {
    return of(filter -> filter.setAnd(conditions(filters)));
  }

  /// Points that match one of `filters` or more.
  public static Filter anyOf(List<Filter> filters) {
    return of(filter -> filter.setOr(conditions(filters)));
  }

  private static Conditions.Builder conditions(List<Filter> filters) {
    return Conditions.newBuilder().addAllFilters(filters.stream().map(Filter::toWire).toList());
  }

  public Filter and(Filter other) {
    // A chain is one conjunction: nested, it would soon be too deep.
    return of(
        filter ->
            filter.setAnd(
                (wire.hasAnd() ? wire.getAnd().toBuilder() : conditions(List.of(this)))
                    .addFilters(other.wire)));
  }

  public Filter or(Filter other) {
    return of(
        filter ->
            filter.setOr(
                (wire.hasOr() ? wire.getOr().toBuilder() : conditions(List.of(this)))
                    .addFilters(other.wire)));
  }

  /// All points that do not match this: also those without the field.
  public Filter not() {
    return of(filter -> filter.setNot(wire));
  }

  io.quiverdb.api.v1.Filter toWire() {
    return wire;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Filter that && wire.equals(that.wire);
  }

  @Override
  public int hashCode() {
    return wire.hashCode();
  }

  private static Filter of(Consumer<io.quiverdb.api.v1.Filter.Builder> condition) {
    var filter = io.quiverdb.api.v1.Filter.newBuilder();
    condition.accept(filter);
    return new Filter(filter.build());
  }

  /// A field of payloads, to say a condition of. Numbers are compared as numbers, longs exactly;
  /// text is ordered by code points.
  public static final class Field {
    private final String path;

    private Field(String path) {
      this.path = path;
    }

    public Filter eq(String text) {
      return eq(value(text));
    }

    public Filter eq(long whole) {
      return eq(value(whole));
    }

    public Filter eq(double real) {
      return eq(value(real));
    }

    public Filter eq(boolean truth) {
      return eq(Value.newBuilder().setBoolean(truth));
    }

    private Filter eq(Value.Builder value) {
      return of(filter -> filter.setEq(Eq.newBuilder().setField(path).setValue(value)));
    }

    public Filter in(String... texts) {
      return in(Arrays.stream(texts).map(text -> value(text).build()).toList());
    }

    public Filter in(long... wholes) {
      return in(Arrays.stream(wholes).mapToObj(whole -> value(whole).build()).toList());
    }

    public Filter in(double... reals) {
      return in(Arrays.stream(reals).mapToObj(real -> value(real).build()).toList());
    }

    private Filter in(List<Value> values) {
      return of(filter -> filter.setIn(In.newBuilder().setField(path).addAllValues(values)));
    }

    /// Both ends included.
    public Filter between(String from, String to) {
      return range(range -> range.setGte(value(from)).setLte(value(to)));
    }

    /// Both ends included.
    public Filter between(long from, long to) {
      return range(range -> range.setGte(value(from)).setLte(value(to)));
    }

    /// Both ends included.
    public Filter between(double from, double to) {
      return range(range -> range.setGte(value(from)).setLte(value(to)));
    }

    public Filter gt(String text) {
      return range(range -> range.setGt(value(text)));
    }

    public Filter gt(long whole) {
      return range(range -> range.setGt(value(whole)));
    }

    public Filter gt(double real) {
      return range(range -> range.setGt(value(real)));
    }

    public Filter gte(String text) {
      return range(range -> range.setGte(value(text)));
    }

    public Filter gte(long whole) {
      return range(range -> range.setGte(value(whole)));
    }

    public Filter gte(double real) {
      return range(range -> range.setGte(value(real)));
    }

    public Filter lt(String text) {
      return range(range -> range.setLt(value(text)));
    }

    public Filter lt(long whole) {
      return range(range -> range.setLt(value(whole)));
    }

    public Filter lt(double real) {
      return range(range -> range.setLt(value(real)));
    }

    public Filter lte(String text) {
      return range(range -> range.setLte(value(text)));
    }

    public Filter lte(long whole) {
      return range(range -> range.setLte(value(whole)));
    }

    public Filter lte(double real) {
      return range(range -> range.setLte(value(real)));
    }

    private Filter range(Consumer<Range.Builder> bounds) {
      var range = Range.newBuilder().setField(path);
      bounds.accept(range);
      return of(filter -> filter.setRange(range));
    }

    /// It has a value that is not null.
    public Filter exists() {
      return of(filter -> filter.setExists(Exists.newBuilder().setField(path)));
    }

    private static Value.Builder value(String text) {
      return Value.newBuilder().setText(text);
    }

    private static Value.Builder value(long whole) {
      return Value.newBuilder().setWhole(whole);
    }

    private static Value.Builder value(double real) {
      return Value.newBuilder().setReal(real);
    }
  }
}
