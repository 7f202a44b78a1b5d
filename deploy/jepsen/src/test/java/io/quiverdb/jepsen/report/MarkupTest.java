package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class MarkupTest {
  private final Markup markup = new Markup();

  @Test
  void textNeverBecomesMarkup() {
    markup.element("p", "<script>alert('x')</script> & \"more\"");

    assertThat(markup.toString())
        .contains("<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;</p>");
  }

  @Test
  void valueNeverEndsItsAttribute() {
    markup.element("p", "", "title", "\" onclick=\"alert(1)");

    assertThat(markup.toString()).contains("title=\"&quot; onclick=&quot;alert(1)\">");
  }

  @Test
  void charactersThatCannotBeShownAreSpelledOut() {
    markup.element("p", "a\u0000b\u001bc\u202ed\u2028e");

    assertThat(markup.toString()).contains("a\\u{0}b\\u{1b}c\\u{202e}d\\u{2028}e");
  }

  @Test
  void halfOfASurrogatePairDoesNotKeepAPageFromBeingWritten() {
    markup.element("p", "a\ud800b😀");

    assertThat(markup.toString()).contains("a\\u{d800}b😀");
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(markup.toString())).isTrue();
  }

  @Test
  void numbersHaveAPointWhateverTheMachineSpeaks() {
    assertThat(Markup.tenths(1234.56)).isEqualTo("1234.6");
    assertThat(Markup.tenths(3)).isEqualTo("3");
    assertThat(Markup.tenths(-0.04)).isEqualTo("0");
  }
}
