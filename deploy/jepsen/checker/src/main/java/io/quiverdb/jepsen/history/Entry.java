package io.quiverdb.jepsen.history;

import java.util.OptionalLong;

/// A key that is present, and what it holds.
///
/// @param version of the point, where it is known
public record Entry(String id, String value, OptionalLong version) {
  public Entry(String id, String value) {
    this(id, value, OptionalLong.empty());
  }
}
