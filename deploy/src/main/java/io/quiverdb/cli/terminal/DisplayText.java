package io.quiverdb.cli.terminal;

import java.util.Locale;

/// Text as a terminal shows it. Users' data may hold anything, and must neither move the cursor nor
/// break a table.
public final class DisplayText {

  private DisplayText() {}

  /// Control characters, line ends and what turns the writing direction are written as their code
  /// points.
  public static String safe(String text) {
    if (text.codePoints().noneMatch(DisplayText::isUnsafe)) {
      return text;
    }
    var safe = new StringBuilder();
    text.codePoints()
        .forEach(
            codePoint -> {
              if (isUnsafe(codePoint)) {
                safe.append(String.format(Locale.ROOT, "\\u{%X}", codePoint));
              } else {
                safe.appendCodePoint(codePoint);
              }
            });
    return safe.toString();
  }

  /// A character to look at: marks get a dotted circle to stand on, what cannot be shown is "·".
  public static String character(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          "◌" + Character.toString(codePoint);
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          "·";
      default -> Character.toString(codePoint);
    };
  }

  /// How many columns `text` takes, as most terminals have it.
  public static int columns(String text) {
    return text.codePoints().map(DisplayText::columns).sum();
  }

  private static boolean isUnsafe(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.FORMAT -> isBidirectionalControl(codePoint);
      default -> false;
    };
  }

  private static boolean isBidirectionalControl(int codePoint) {
    return isWithin(codePoint, 0x202A, 0x202E) || isWithin(codePoint, 0x2066, 0x2069);
  }

  private static int columns(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(codePoint) ? 2 : 1;
    };
  }

  private static boolean isWide(int codePoint) {
    return Character.isEmojiPresentation(codePoint)
        || isWithin(codePoint, 0x3000, 0x303E)
        || isWithin(codePoint, 0xFF01, 0xFF60)
        || switch (Character.UnicodeScript.of(codePoint)) {
          case HAN, HIRAGANA, BOPOMOFO, YI, TANGUT -> true;
          case KATAKANA -> !isWithin(codePoint, 0xFF61, 0xFF9F);
          case HANGUL -> isWithin(codePoint, 0x1100, 0x115F) || isWithin(codePoint, 0xAC00, 0xD7A3);
          default -> false;
        };
  }

  private static boolean isWithin(int codePoint, int first, int last) {
    return codePoint >= first && codePoint <= last;
  }
}
