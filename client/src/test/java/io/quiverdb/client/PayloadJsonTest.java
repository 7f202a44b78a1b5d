package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadJsonTest {
  @Test
  void everyKindOfValueIsWritten() {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("text", "a\"é\n");
    payload.put("long", Long.MIN_VALUE);
    payload.put("byte", (byte) 7);
    payload.put("big", BigInteger.TWO.pow(70));
    payload.put("decimal", new BigDecimal("1.10"));
    payload.put("double", 0.1);
    payload.put("float", 0.1f);
    payload.put("truth", true);
    payload.put("nothing", null);
    payload.put("list", Arrays.asList(1, null, List.of("x")));
    payload.put("map", Map.of("k", Map.of()));
    payload.put("enum", Metric.DOT);

    assertThat(PayloadJson.write(payload))
        .isEqualTo(
            "{\"text\":\"a\\\"é\\n\",\"long\":-9223372036854775808,\"byte\":7,"
                + "\"big\":1180591620717411303424,\"decimal\":1.10,\"double\":0.1,\"float\":0.1,"
                + "\"truth\":true,\"nothing\":null,\"list\":[1,null,[\"x\"]],"
                + "\"map\":{\"k\":{}},\"enum\":\"DOT\"}");
  }

  @Test
  void wholeNumbersAreReadWhole() {
    Map<String, @Nullable Object> payload =
        PayloadJson.read("{\"a\":1,\"b\":9223372036854775807,\"c\":9223372036854775808,\"d\":1.5}");

    assertThat(payload)
        .containsEntry("a", 1L)
        .containsEntry("b", Long.MAX_VALUE)
        .containsEntry("c", BigInteger.TWO.pow(63))
        .containsEntry("d", 1.5);
  }

  @Test
  void nestedValuesAreReadInTheirOrder() {
    Map<String, @Nullable Object> payload =
        PayloadJson.read("{\"z\":[{\"y\":null},true,\"x\"],\"a\":{}}");

    assertThat(payload.toString()).isEqualTo("{z=[{y=null}, true, x], a={}}");
  }

  @Test
  void whatJsonCannotHoldIsRefusedByName() {
    assertThatThrownBy(() -> PayloadJson.write(Map.of("a", Map.of("b", Double.NaN))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("payload.a.b: NaN (expected: a finite number)");
    assertThatThrownBy(() -> PayloadJson.write(Map.of("a", List.of(new StringBuilder()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("payload.a[0]: java.lang.StringBuilder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "[]", "{", "{\"a\":}", "{} {}", "{\"a\":NaN}"})
  void whatIsNoObjectIsRefused(String text) {
    assertThatThrownBy(() -> PayloadJson.read(text)).isInstanceOf(IllegalStateException.class);
  }
}
