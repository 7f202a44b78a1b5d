package io.quiverdb.cli.dataset;

/// A character with what its payload says.
///
/// @param block as people write it: "Basic Latin"
/// @param script as people write it: "Old Italic"
/// @param category Unicode's general category, two letters: "Lu"
public record UnicodeName(
    int codePoint, String name, String block, String script, String category) {
  /// "U+" and at least four hexadecimal digits.
  public String id() {
    return String.format("U+%04X", codePoint);
  }

  public String character() {
    return Character.toString(codePoint);
  }

  /// Nothing in it needs escaping: names, blocks and scripts are letters, digits, spaces and "()-".
  public String payloadJson() {
    return "{\"name\":\"%s\",\"block\":\"%s\",\"script\":\"%s\",\"category\":\"%s\",\"code_point\":%d}"
        .formatted(name, block, script, category, codePoint);
  }
}
