package io.quiverdb.core;

import java.util.List;

/// A condition on a point's payload. A payload that is not JSON, a missing field and a value of
/// another type match nothing.
public sealed interface Filter {
  /// The field at `path` equals `value`, or is an array with such an element.
  ///
  /// @param path names separated by dots
  record Eq(String path, Value value) implements Filter {
    public Eq {
      if (List.of(path.split("\\.", -1)).contains("")) {
        throw new IllegalArgumentException(
            "path: \"" + path + "\" (expected: names separated by dots)");
      }
    }
  }

  /// What a field is compared with.
  sealed interface Value {
    record Text(String text) implements Value {}

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
