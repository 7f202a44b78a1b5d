package io.quiverdb.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HistoryFormatTest {
  private static final String GOLDEN =
      """
      {"process":0,"type":"invoke","f":"write","key":"a","value":"1","time":1}
      {"process":1,"type":"invoke","f":"read","key":"a","time":2}
      {"process":0,"type":"ok","f":"write","key":"a","time":3}
      {"process":1,"type":"ok","f":"read","key":"a","value":"1","time":4}
      {"process":0,"type":"invoke","f":"cas","key":"a","value":["1","2"],"time":5}
      {"process":1,"type":"invoke","f":"cas","key":"b\\n","value":[null,"ü\\""],"time":6}
      {"process":0,"type":"ok","f":"cas","key":"a","value":"swapped","time":7}
      {"process":1,"type":"ok","f":"cas","key":"b\\n","value":"mismatch","time":8}
      {"process":0,"type":"invoke","f":"delete","key":"a","time":9}
      {"process":1,"type":"invoke","f":"read","key":"a","time":10}
      {"process":0,"type":"ok","f":"delete","key":"a","time":11}
      {"process":1,"type":"ok","f":"read","key":"a","value":null,"time":12}
      {"process":0,"type":"invoke","f":"read","key":"a","time":13}
      {"process":1,"type":"invoke","f":"read","key":"a","time":14}
      {"process":0,"type":"fail","f":"read","key":"a","time":15}
      {"process":1,"type":"info","f":"read","key":"a","error":"timed out","time":16}
      {"process":3,"type":"invoke","f":"read","key":"a","time":17}
      """;

  private final StringWriter written = new StringWriter();
  private final HistoryWriter writer = new HistoryWriter(written);
  private final HistoryRecorder recorder =
      new HistoryRecorder(new AtomicLong()::incrementAndGet, writer::write);

  @Test
  void everyEventIsOneLineOfTheFormatAsItHappens() {
    recordOneOfEachKind();

    assertThat(written).hasToString(GOLDEN);
  }

  @Test
  void whatIsReadIsWhatWasRecorded() throws IOException {
    recordOneOfEachKind();

    var read = read(written.toString());

    assertThat(read.events()).isEqualTo(recorder.history().events());
    assertThat(read.calls()).isEqualTo(recorder.history().calls());
  }

  @Test
  void unknownFieldsAreSkipped() throws IOException {
    var history =
        read(
            """
            {"process":0,"type":"invoke","f":"read","key":"a","time":1,"x":{"y":[1]},"z":[[1],{}]}
            """);

    assertThat(history.events()).containsExactly(new Event.Invoke(0, "a", new Operation.Read(), 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "[]",
        "{\"process\":0,\"type\":\"inv",
        "{} {}",
        "{\"process\":0,\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"key\":\"a\",\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"key\":\"a\"}",
        "{\"process\":\"x\",\"type\":\"invoke\",\"f\":\"read\",\"key\":\"a\",\"time\":1}",
        "{\"process\":0,\"type\":\"begin\",\"f\":\"read\",\"key\":\"a\",\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"append\",\"key\":\"a\",\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"key\":\"a\",\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"key\":\"a\",\"value\":null,\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"cas\",\"key\":\"a\",\"value\":[\"1\"],\"time\":1}",
        "{\"process\":7,\"type\":\"ok\",\"f\":\"write\",\"key\":\"a\",\"time\":1}",
        "{\"process\":9,\"type\":\"invoke\",\"f\":\"read\",\"key\":\"a\",\"time\":1}",
        "{\"process\":9,\"type\":\"ok\",\"f\":\"write\",\"key\":\"b\",\"time\":1}",
        "{\"process\":9,\"type\":\"ok\",\"f\":\"read\",\"key\":\"a\",\"value\":\"1\",\"time\":1}",
      })
  void lineThatIsNoEventIsNamedByNumber(String line) {
    var before =
        "{\"process\":9,\"type\":\"invoke\",\"f\":\"write\",\"key\":\"a\",\"value\":\"1\",\"time\":1}\n";

    assertThatThrownBy(() -> read(before + line + "\n"))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageStartingWith("line 2: ");
  }

  private void recordOneOfEachKind() {
    var write = recorder.invoke(0, "a", new Operation.Write("1"));
    var read = recorder.invoke(1, "a", new Operation.Read());
    write.ok();
    read.ok(Optional.of("1"));
    var swap = recorder.invoke(0, "a", new Operation.CompareAndSet(Optional.of("1"), "2"));
    var refused = recorder.invoke(1, "b\n", new Operation.CompareAndSet(Optional.empty(), "ü\""));
    swap.ok();
    refused.mismatch();
    var delete = recorder.invoke(0, "a", new Operation.Delete());
    var readAbsent = recorder.invoke(1, "a", new Operation.Read());
    delete.ok();
    readAbsent.ok(Optional.empty());
    var failed = recorder.invoke(0, "a", new Operation.Read());
    var unknown = recorder.invoke(1, "a", new Operation.Read());
    failed.fail();
    unknown.info("timed out");
    recorder.invoke(3, "a", new Operation.Read());
  }

  private static History read(String lines) throws IOException {
    return HistoryReader.read(new StringReader(lines));
  }
}
