package io.quiverdb.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointRowFormatTest {
  @Test
  void rowKeepsItsPayloadToTheLetter() throws BadRowException {
    var payload = "{ \"π\":\"\\u00e9\" , \"n\": 9007199254740993,\"list\":[1, 2.50]}";

    var row = read("{\"payload\":" + payload + ",\"vector\":[1,-0.5,2e-3],\"id\":\"a\"}");

    assertThat(row.id()).isEqualTo("a");
    assertThat(row.vector().orElseThrow()).containsExactly(1, -0.5f, 2e-3f);
    assertThat(row.payloadJson()).hasValue(payload);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"12", "-1.5e3", "true", "\"text, \\\"quoted\\\" é\"", "[1,{\"a\":[]}]", "[]"})
  void payloadMayBeAnyJson(String payload) throws BadRowException {
    assertThat(read("{\"id\":\"a\",\"payload\": " + payload + " }").payloadJson())
        .hasValue(payload);
    assertThat(read("{\"id\":\"a\",\"payload\":" + payload + "}").payloadJson()).hasValue(payload);
  }

  @Test
  void pointsOfQdrantsScrollPassUnchanged() throws BadRowException {
    var row =
        read(
            "{\"id\":18446744073709551615,\"payload\":null,\"vector\":[0.25],\"shard_key\":null,"
                + "\"order_value\":7}");

    assertThat(row.id()).isEqualTo("18446744073709551615");
    assertThat(row.payloadJson()).isEmpty();
    assertThat(row.vector().orElseThrow()).containsExactly(0.25f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1]                                    | row: an array (expected: a JSON object)",
        "{'vector':[1]}                         | id: missing (expected: a string)",
        "{'id':1.5}                             | id: 1.5 (expected: a string or a whole number)",
        "{'id':'a','id':'b'}                    | id: given twice (expected: once)",
        "{'id':'a','vectr':[1]}                 | unknown member: vectr (expected: id, vector,"
            + " payload)",
        "{'id':'a','vector':{'x':[1]}}          | vector: an object (expected: an array of"
            + " numbers)",
        "{'id':'a','vector':[1,'2']}            | vector[1]: 2 (expected: a number)",
        "{'id':'a','vector':[1,null]}           | vector[1]: null (expected: a number)",
        "{'id':'a','vector':[1e39]}             | vector[0]: 1e39 (expected: a number within"
            + " binary32)",
        "{'id':'a'} {'id':'b'}                  | row: more after the object (expected: one object"
            + " a line)",
      })
  void badRowSaysWhatWasWrongAndWhatWasExpected(String row, String message) {
    assertThatThrownBy(() -> read(row.replace('\'', '"')))
        .isInstanceOf(BadRowException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"a\"",
        "{\"id\":\"a\",\"vector\":[NaN]}",
        "nonsense",
        "{\"id\":\"a\",\"payload\":{]}}"
      })
  void whatIsNoJsonIsSaidToBeNone(String row) {
    assertThatThrownBy(() -> read(row))
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith("not JSON: ");
  }

  @Test
  void writtenRowIsReadBackEqual() throws BadRowException {
    float[] vector = {0.1f, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE, 1e-7f, 123456.79f};
    var payload = Optional.of("{\"a\":\"\u2028 line\\n\"}");

    var line = PointRowFormat.write("\"q\"\\\n\u0001é😹", vector, payload);
    var row = PointRowFormat.read(line);

    assertThat(row.id()).isEqualTo("\"q\"\\\n\u0001é😹");
    assertThat(row.vector().orElseThrow()).containsExactly(vector);
    assertThat(row.payloadJson()).isEqualTo(payload);
    assertThat(PointRowFormat.write(row.id(), vector, row.payloadJson())).isEqualTo(line);
  }

  @Test
  void payloadOfSeveralLinesIsWrittenInOne() throws BadRowException {
    var payload = Optional.of("{\n  \"a\": 1\r\n}");

    var line = PointRowFormat.write("a", new float[] {1}, payload);

    assertThat(line)
        .asString()
        .isEqualTo("{\"id\":\"a\",\"vector\":[1.0],\"payload\":{   \"a\": 1  }}\n");
  }

  private static PointRow read(String row) throws BadRowException {
    return PointRowFormat.read(row.getBytes(StandardCharsets.UTF_8));
  }
}
