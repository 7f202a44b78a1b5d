package io.quiverdb.cli.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The characters that have a name of their own, by code point: about 34,000 on JDK 25. Left out
/// are Hangul syllables and names that end in their own code point (ideographs, private use,
/// surrogates), which no one would search for.
public final class UnicodeNames {
  /// Where capitals after underscores are not how people write it.
  private static final Map<String, String> SPELLINGS =
      Map.ofEntries(
          Map.entry("PHAGS_PA", "Phags-pa"),
          Map.entry("SIGNWRITING", "SignWriting"),
          Map.entry("NKO", "Nko"),
          Map.entry("CJK", "CJK"),
          Map.entry("IPA", "IPA"),
          Map.entry("AND", "and"),
          Map.entry("FOR", "for"),
          Map.entry("OF", "of"));

  private UnicodeNames() {}

  public static List<UnicodeName> all() {
    return IntStream.rangeClosed(Character.MIN_CODE_POINT, Character.MAX_CODE_POINT)
        .filter(UnicodeNames::hasNameOfItsOwn)
        .mapToObj(UnicodeNames::describe)
        .toList();
  }

  private static boolean hasNameOfItsOwn(int codePoint) {
    var name = Character.getName(codePoint);
    return name != null
        && !Character.UnicodeBlock.HANGUL_SYLLABLES.equals(Character.UnicodeBlock.of(codePoint))
        && !name.endsWith(Integer.toHexString(codePoint).toUpperCase(Locale.ROOT));
  }

  private static UnicodeName describe(int codePoint) {
    var block = Character.UnicodeBlock.of(codePoint);
    assert block != null : codePoint;
    return new UnicodeName(
        codePoint,
        Character.getName(codePoint),
        asWritten(block.toString()),
        asWritten(Character.UnicodeScript.of(codePoint).name()),
        category(codePoint));
  }

  private static String asWritten(String constant) {
    var whole = SPELLINGS.get(constant);
    return whole != null
        ? whole
        : Arrays.stream(constant.split("_"))
            .map(word -> SPELLINGS.getOrDefault(word, capitalised(word)))
            .collect(Collectors.joining(" "));
  }

  private static String capitalised(String word) {
    return word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String category(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER -> "Lu";
      case Character.LOWERCASE_LETTER -> "Ll";
      case Character.TITLECASE_LETTER -> "Lt";
      case Character.MODIFIER_LETTER -> "Lm";
      case Character.OTHER_LETTER -> "Lo";
      case Character.NON_SPACING_MARK -> "Mn";
      case Character.COMBINING_SPACING_MARK -> "Mc";
      case Character.ENCLOSING_MARK -> "Me";
      case Character.DECIMAL_DIGIT_NUMBER -> "Nd";
      case Character.LETTER_NUMBER -> "Nl";
      case Character.OTHER_NUMBER -> "No";
      case Character.SPACE_SEPARATOR -> "Zs";
      case Character.LINE_SEPARATOR -> "Zl";
      case Character.PARAGRAPH_SEPARATOR -> "Zp";
      case Character.CONTROL -> "Cc";
      case Character.FORMAT -> "Cf";
      case Character.PRIVATE_USE -> "Co";
      case Character.SURROGATE -> "Cs";
      case Character.DASH_PUNCTUATION -> "Pd";
      case Character.START_PUNCTUATION -> "Ps";
      case Character.END_PUNCTUATION -> "Pe";
      case Character.CONNECTOR_PUNCTUATION -> "Pc";
      case Character.OTHER_PUNCTUATION -> "Po";
      case Character.INITIAL_QUOTE_PUNCTUATION -> "Pi";
      case Character.FINAL_QUOTE_PUNCTUATION -> "Pf";
      case Character.MATH_SYMBOL -> "Sm";
      case Character.CURRENCY_SYMBOL -> "Sc";
      case Character.MODIFIER_SYMBOL -> "Sk";
      case Character.OTHER_SYMBOL -> "So";
      default -> "Cn";
    };
  }
}
