package io.quiverdb.cli.demo;

import static io.quiverdb.client.Filter.field;

import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.cli.dataset.UnicodeName;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.terminal.DisplayText;
import io.quiverdb.client.Collection;
import io.quiverdb.client.Hit;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Five searches whose answers anyone can judge.
final class DemoSearches {
  private static final int HITS = 3;
  private static final List<Question> QUESTIONS =
      List.of(
          new Question("cat face with tears of joy", Optional.empty()),
          new Question("leftwards arrow", Optional.empty()),
          new Question("snowman", Optional.empty()),
          new Question("black chess queen", Optional.empty()),
          new Question("small letter omega with accent", Optional.of("Greek")));

  private final HashEmbedder embedder = new HashEmbedder();
  private final Collection collection;
  private final Map<String, UnicodeName> namesById;

  /// @param namesById what was loaded
  DemoSearches(Collection collection, Map<String, UnicodeName> namesById) {
    this.collection = collection;
    this.namesById = namesById;
  }

  private record Question(String text, Optional<String> script) {}

  void print(PrintWriter out) {
    for (var question : QUESTIONS) {
      out.println(
          "   "
              + question.text
              + question.script.map(script -> "   [script = " + script + "]").orElse(""));
      for (var hit : ask(question)) {
        out.println(line(hit));
      }
    }
    out.flush();
  }

  private List<Hit> ask(Question question) {
    var search = collection.search(embedder.embed(question.text)).k(HITS);
    question.script.ifPresent(script -> search.filter(field("script").eq(script)));
    return search.run();
  }

  private String line(Hit hit) {
    var name = namesById.get(hit.id());
    if (name == null) {
      throw new LocalClusterException("hit: " + hit.id() + " (expected: one of the loaded points)");
    }
    var character = DisplayText.character(name.codePoint());
    return String.format(
        Locale.ROOT,
        "      %.3f  %s%s  %s  (%s)",
        hit.score(),
        character,
        " ".repeat(2 - Math.min(2, DisplayText.columns(character))),
        name.name().toLowerCase(Locale.ROOT),
        hit.id());
  }
}
