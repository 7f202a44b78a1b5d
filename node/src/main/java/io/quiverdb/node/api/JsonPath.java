package io.quiverdb.node.api;

import org.jspecify.annotations.Nullable;

/// Where a value stands in a request's JSON, for messages such as `points[3].vector: …`.
///
/// @param name of a field; empty for an element of an array
record JsonPath(@Nullable JsonPath parent, String name, int index) {
  static final JsonPath ROOT = new JsonPath(null, "", -1);

  JsonPath field(String field) {
    return new JsonPath(this, field, -1);
  }

  JsonPath element(int element) {
    return new JsonPath(this, "", element);
  }

  /// @param got what stands there
  IllegalArgumentException expected(String expectation, String got) {
    return new IllegalArgumentException(this + ": " + got + " (expected: " + expectation + ")");
  }

  @Override
  public String toString() {
    if (parent == null) {
      return "request";
    }
    String before = parent.parent == null ? "" : parent.toString();
    if (name.isEmpty()) {
      return before + "[" + index + "]";
    }
    return before.isEmpty() ? name : before + "." + name;
  }
}
