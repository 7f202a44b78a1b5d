package io.quiverdb.core;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A condition on a point's payload.
///
/// A path leads through objects, and through each element of an array that it meets; an array at
/// its end stands for its elements. Arrays within arrays are not looked into. Of a name that an
/// object repeats, each value counts. A condition on a field holds if one of its values satisfies
/// it. A payload that is not a JSON object and a missing field make it false, and a value of
/// another type never satisfies it. Whether a field is declared filterable changes no answer.
///
/// Numbers are compared as numbers: whole ones of 64 bits exactly, all others as the nearest
/// doubles; −0 equals 0. Text is compared by code points.
public sealed interface Filter {
  /// Levels of [And], [Or] and [Not] with the conditions at the bottom.
  int DEPTH_MAX = 32;

  /// Conditions on fields; each value of an [In] counts as one.
  int TERMS_MAX = 1000;

  /// Of a path, as UTF-8.
  int PATH_BYTES_MAX = 1024;

  /// The field at `path` equals `value`.
  ///
  /// @param path names separated by dots
  record Eq(String path, Value value) implements Filter {
    public Eq {
      requirePath(path);
    }
  }

  /// The field at `path` equals one of `values`, which may be of different types.
  record In(String path, List<Value> values) implements Filter {
    public In {
      requirePath(path);
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("in: no values (expected: 1 to " + TERMS_MAX + ")");
      }
      requireTerms(values.size());
    }
  }

  /// The field at `path` has a value between the bounds: one and the same value, where there are
  /// several. Bounds that leave nothing between them match nothing.
  ///
  /// @param lower at least one of the two is there; both are numbers or both are text
  record Range(String path, Optional<Bound> lower, Optional<Bound> upper) implements Filter {
    public Range {
      requirePath(path);
      if (lower.isEmpty() && upper.isEmpty()) {
        throw new IllegalArgumentException("range: no bound (expected: one or two)");
      }
      if (lower.isPresent() && upper.isPresent() && lower.get().isText() != upper.get().isText()) {
        throw new IllegalArgumentException(
            "range: a number and text (expected: two numbers or two texts)");
      }
    }
  }

  /// An end of a [Range].
  ///
  /// @param value a number or text
  /// @param inclusive whether what equals it belongs to the range
  record Bound(Value value, boolean inclusive) {
    public Bound {
      if (value instanceof Value.Bool) {
        throw new IllegalArgumentException("range: a boolean (expected: a number or text)");
      }
    }

    public boolean isText() {
      return value instanceof Value.Text;
    }
  }

  /// The field at `path` has a value: anything but null, also an object.
  record Exists(String path) implements Filter {
    public Exists {
      requirePath(path);
    }
  }

  /// All of `parts` hold.
  record And(List<Filter> parts) implements Filter {
    public And {
      parts = List.copyOf(parts);
      requireParts("and", parts);
    }
  }

  /// At least one of `parts` holds.
  record Or(List<Filter> parts) implements Filter {
    public Or {
      parts = List.copyOf(parts);
      requireParts("or", parts);
    }
  }

  /// `part` does not hold: also where it does not because the field is missing or the payload is
  /// not JSON.
  record Not(Filter part) implements Filter {
    public Not {
      requireDepth(1 + part.depth());
    }
  }

  /// 1 for a condition on a field.
  default int depth() {
    return switch (this) {
      case Eq _, In _, Range _, Exists _ -> 1;
      case And(var parts) -> 1 + depth(parts);
      case Or(var parts) -> 1 + depth(parts);
      case Not(var part) -> 1 + part.depth();
    };
  }

  default int terms() {
    return switch (this) {
      case Eq _, Range _, Exists _ -> 1;
      case In(_, var values) -> values.size();
      case And(var parts) -> terms(parts);
      case Or(var parts) -> terms(parts);
      case Not(var part) -> part.terms();
    };
  }

  /// The fields that it asks for.
  default Set<String> paths() {
    return switch (this) {
      case Eq(var path, _) -> Set.of(path);
      case In(var path, _) -> Set.of(path);
      case Range range -> Set.of(range.path());
      case Exists(var path) -> Set.of(path);
      case And(var parts) -> paths(parts);
      case Or(var parts) -> paths(parts);
      case Not(var part) -> part.paths();
    };
  }

  private static Set<String> paths(List<Filter> parts) {
    Set<String> paths = new HashSet<>();
    parts.forEach(part -> paths.addAll(part.paths()));
    return paths;
  }

  private static int depth(List<Filter> parts) {
    return parts.stream().mapToInt(Filter::depth).max().orElse(0);
  }

  private static int terms(List<Filter> parts) {
    return parts.stream().mapToInt(Filter::terms).sum();
  }

  private static void requireParts(String name, List<Filter> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException(name + ": no conditions (expected: at least one)");
    }
    requireDepth(1 + depth(parts));
    requireTerms(terms(parts));
  }

  private static void requireDepth(int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException(
          "filter: " + depth + " levels (expected: at most " + DEPTH_MAX + ")");
    }
  }

  private static void requireTerms(int terms) {
    if (terms > TERMS_MAX) {
      throw new IllegalArgumentException(
          "filter: " + terms + " terms (expected: at most " + TERMS_MAX + ")");
    }
  }

  private static void requirePath(String path) {
    if (List.of(path.split("\\.", -1)).contains("")) {
      throw new IllegalArgumentException(
          "field: \"" + path + "\" (expected: names separated by dots)");
    }
    int bytes = path.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PATH_BYTES_MAX) {
      throw new IllegalArgumentException(
          "field: " + bytes + " bytes (expected: at most " + PATH_BYTES_MAX + ")");
    }
  }

  /// What a field is compared with.
  sealed interface Value {
    /// Well-formed Unicode.
    record Text(String text) implements Value {
      public Text {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
          throw new IllegalArgumentException(
              "value: an unpaired surrogate (expected: Unicode text)");
        }
      }
    }

    /// Compared as numbers: 1 equals 1.0, and longs exactly.
    record Whole(long number) implements Value {}

    /// Finite.
    record Real(double number) implements Value {
      public Real {
        if (!Double.isFinite(number)) {
          throw new IllegalArgumentException("value: " + number + " (expected: a finite number)");
        }
      }
    }

    record Bool(boolean value) implements Value {}
  }
}
