package io.quiverdb.core.filter;

/// The rules for text that filters compare.
public final class Keywords {
  private Keywords() {}

  /// Whether every surrogate has its partner. What is not well-formed has no UTF-8 and no order
  /// among code points, and matches nothing.
  public static boolean isWellFormed(String text) {
    int index = 0;
    while (index < text.length()) {
      int codePoint = text.codePointAt(index);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return false;
      }
      index += Character.charCount(codePoint);
    }
    return true;
  }
}
