package io.quiverdb.cli.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnicodeNamesTest {
  private static final List<UnicodeName> ALL = UnicodeNames.all();

  @Test
  void thereAreThirtyFourThousandOrSo() {
    assertThat(ALL.size()).isBetween(33_000, 36_000);
  }

  @Test
  void idsAreUniqueAndInOrderOfCodePoints() {
    assertThat(new HashSet<>(ALL.stream().map(UnicodeName::id).toList())).hasSameSizeAs(ALL);
    assertThat(ALL).isSortedAccordingTo((a, b) -> Integer.compare(a.codePoint(), b.codePoint()));
  }

  @Test
  void namesThatSayNothingAreLeftOut() {
    var ids = ALL.stream().map(UnicodeName::id).toList();

    assertThat(ids).doesNotContain("U+4E00", "U+AC00", "U+E000", "U+D800", "U+F900");
  }

  @Test
  void payloadIsAsPeopleWriteIt() {
    assertThat(payloadOf("U+1F602"))
        .isEqualTo(
            "{\"name\":\"FACE WITH TEARS OF JOY\",\"block\":\"Emoticons\",\"script\":\"Common\","
                + "\"category\":\"So\",\"code_point\":128514}");
    assertThat(payloadOf("U+10300")).contains("\"script\":\"Old Italic\"");
    assertThat(payloadOf("U+03B1")).contains("\"script\":\"Greek\"", "\"category\":\"Ll\"");
    assertThat(payloadOf("U+A840")).contains("\"script\":\"Phags-pa\"");
  }

  @Test
  void nothingInAPayloadNeedsEscaping() {
    for (var name : ALL) {
      assertThat(name.name() + name.block() + name.script()).matches("[A-Za-z0-9 ()-]+");
    }
  }

  private static String payloadOf(String id) {
    return ALL.stream()
        .filter(name -> name.id().equals(id))
        .findFirst()
        .orElseThrow()
        .payloadJson();
  }
}
