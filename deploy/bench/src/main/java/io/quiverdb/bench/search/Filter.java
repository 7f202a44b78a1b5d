package io.quiverdb.bench.search;

/// Rows of one category.
record Filter(String field, String value) {
  @Override
  public String toString() {
    return field + "=" + value;
  }

  /// Reads what [#toString] says.
  static Filter parse(String text) {
    int equals = text.indexOf('=');
    return new Filter(text.substring(0, equals), text.substring(equals + 1));
  }
}
