package io.quiverdb.node.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.Filter;
import io.quiverdb.core.fuzz.Fuzz;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whatever comes through a door as a filter is one, or the caller's mistake.
class FilterFuzzTest {
  private static final List<String> WORDS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"field\"",
          "\"eq\"",
          "\"in\"",
          "\"gt\"",
          "\"lte\"",
          "\"exists\"",
          "\"and\"",
          "\"or\"",
          "\"not\"",
          "true",
          "null",
          "1e400",
          "NaN",
          "-0.0",
          "9223372036854775808",
          "\"\\ud800\"",
          "\"a..b\"");

  private final List<byte[]> corpus = Fuzz.corpus(FilterFuzzTest.class, "filter-json");

  @Test
  void jsonIsAFilterOrTheCallersMistake() {
    Fuzz.run(corpus, WORDS, 20_000, FilterFuzzTest::decodeJson);
  }

  static void decodeJson(byte[] filter) {
    try {
      assertWithinLimits(count(filter));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("(expected: ");
    }
  }

  @Test
  void messageIsAFilterOrTheCallersMistake() {
    Fuzz.run(messages(), List.of(), 20_000, FilterFuzzTest::decodeMessage);
  }

  static void decodeMessage(byte[] filter) {
    try {
      assertWithinLimits(Filter.parseFrom(filter));
    } catch (InvalidProtocolBufferException _) {
      // gRPC answers so by itself.
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("filter").hasMessageContaining("(expected: ");
    }
  }

  private static void assertWithinLimits(Filter message) {
    var filter = FilterMessages.filter(message);

    filter.ifPresent(
        condition -> {
          assertThat(condition.depth()).isBetween(1, io.quiverdb.core.Filter.DEPTH_MAX);
          assertThat(condition.terms()).isBetween(1, io.quiverdb.core.Filter.TERMS_MAX);
        });
  }

  private List<byte[]> messages() {
    var messages = new ArrayList<byte[]>();
    for (var json : corpus) {
      try {
        messages.add(count(json).toByteArray());
      } catch (IllegalArgumentException _) {
        // Those that are wrong already have no message.
      }
    }
    return messages;
  }

  private static Filter count(byte[] filter) {
    var request = CountRequest.newBuilder();
    JsonReader.read(("{\"filter\":" + new String(filter, UTF_8) + "}").getBytes(UTF_8), request);
    return request.getFilter();
  }
}
