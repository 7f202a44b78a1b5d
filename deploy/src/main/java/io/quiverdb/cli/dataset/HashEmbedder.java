package io.quiverdb.cli.dataset;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.codec.digest.MurmurHash3;

/// Turns text into a vector without a model, by signed feature hashing (Weinberger et al. 2009,
/// "Feature Hashing for Large Scale Multitask Learning") of words and their character n-grams
/// (Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", 3.2). Texts that
/// share words, or parts of words, are near each other by cosine. The recipe, for whoever wants the
/// same vectors elsewhere:
/// 1. Lower-case the text (root locale), and split it into words at all that is no letter, digit or
///    mark (Unicode categories L, N, M).
/// 2. A word has the features: `" word"` (a space before it) of weight 1; and every run of 3, 4 and
///    5 code points of `"<word>"`, each of weight 1/√n where the word has n such runs. So words
///    count alike, however long they are.
/// 3. A feature's hash is MurmurHash3 x86 32-bit of its UTF-8, seed 0. Its low 8 bits say which of
///    the 256 components the weight is added to; where its top bit is 1, the weight is subtracted.
///    Sums are in binary64, words in the text's order, in each the word itself first, then its runs
///    of 3, of 4, of 5, from left to right.
/// 4. Divide by the Euclidean norm, and round to binary32.
public final class HashEmbedder {
  public static final int DIMENSION = 256;
  private static final int GRAM_LENGTH_MIN = 3;
  private static final int GRAM_LENGTH_MAX = 5;
  private static final int SEED = 0;

  /// The vector of `text`, of length 1.
  ///
  /// @throws IllegalArgumentException if the text has no letter or digit
  public float[] embed(String text) {
    var sums = new double[DIMENSION];
    for (var word : words(text)) {
      add(sums, " " + word, 1);
      var grams = grams(word);
      for (var gram : grams) {
        add(sums, gram, 1 / Math.sqrt(grams.size()));
      }
    }
    return normalised(sums, text);
  }

  private static List<String> words(String text) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    for (int codePoint : text.toLowerCase(Locale.ROOT).codePoints().toArray()) {
      if (belongsToWord(codePoint)) {
        word.appendCodePoint(codePoint);
      } else if (!word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean belongsToWord(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }

  private static List<String> grams(String word) {
    int[] marked = ("<" + word + ">").codePoints().toArray();
    var grams = new ArrayList<String>();
    for (int length = GRAM_LENGTH_MIN; length <= GRAM_LENGTH_MAX; length++) {
      for (int start = 0; start + length <= marked.length; start++) {
        grams.add(new String(marked, start, length));
      }
    }
    return grams;
  }

  private static void add(double[] sums, String feature, double weight) {
    var utf8 = feature.getBytes(StandardCharsets.UTF_8);
    int hash = MurmurHash3.hash32x86(utf8, 0, utf8.length, SEED);
    sums[hash & (DIMENSION - 1)] += hash < 0 ? -weight : weight;
  }

  private static float[] normalised(double[] sums, String text) {
    double squares = 0;
    for (double sum : sums) {
      squares += sum * sum;
    }
    if (squares == 0) {
      throw new IllegalArgumentException(
          "text: \"" + text + "\" (expected: at least one letter or digit)");
    }
    var vector = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = (float) (sums[index] / Math.sqrt(squares));
    }
    return vector;
  }
}
