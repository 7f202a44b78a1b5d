package io.quiverdb.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

  private static final String GOLDEN_OF_ALL_WORKLOADS =
      """
      {"type":"fault-started","f":"partition-halves","fault":1,"nodes":["n1","n2"],"value":"n1 | n2 n3","time":1}
      {"process":0,"type":"invoke","f":"upsert","node":"n1","collection":"points","key":"a","request":"r-1","value":[[1.0,-2.5],"a1"],"time":2}
      {"process":0,"type":"ok","f":"upsert","collection":"points","key":"a","at":[[2,3,44]],"version":17,"time":3}
      {"process":0,"type":"invoke","f":"search","node":"n1","collection":"points","value":[[0.0,0.5],10,true],"time":4}
      {"process":1,"type":"invoke","f":"search","node":"n2","collection":"points","value":[[0.0,0.5],10,false],"time":5}
      {"process":0,"type":"ok","f":"search","collection":"points","value":[["a","a1",17,10.0],["b","b1",null,11.25]],"at":[[0,3,40],[2,3,44]],"time":6}
      {"process":1,"type":"ok","f":"search","collection":"points","value":[],"time":7}
      {"process":0,"type":"invoke","f":"scan","node":"n1","collection":"set","time":8}
      {"process":0,"type":"ok","f":"scan","collection":"set","value":[["a","1",5],["a","2"],["b","3"]],"time":9}
      {"process":0,"type":"invoke","f":"write-batch","node":"n1","collection":"pairs","value":[["a","1"],["b","1"]],"time":10}
      {"process":1,"type":"invoke","f":"write-batch","node":"n2","collection":"pairs","value":[["a","2"]],"time":11}
      {"process":0,"type":"ok","f":"write-batch","collection":"pairs","time":12}
      {"process":1,"type":"ok","f":"write-batch","collection":"pairs","value":"mismatch","time":13}
      {"process":0,"type":"invoke","f":"read-batch","node":"n1","collection":"pairs","value":["a","b","c"],"time":14}
      {"process":1,"type":"invoke","f":"increment","node":"n2","collection":"counters","key":"c","request":"r-2","value":-3,"time":15}
      {"process":0,"type":"ok","f":"read-batch","collection":"pairs","value":[["a","1"],["b","1"]],"time":16}
      {"process":1,"type":"ok","f":"increment","collection":"counters","key":"c","time":17}
      {"process":0,"type":"invoke","f":"transfer","node":"n1","collection":"bank","value":["a","b",7],"time":18}
      {"process":1,"type":"invoke","f":"increment","node":"n2","collection":"counters","key":"c","request":"r-2","value":-3,"time":19}
      {"process":0,"type":"ok","f":"transfer","collection":"bank","value":"mismatch","time":20}
      {"process":1,"type":"ok","f":"increment","collection":"counters","key":"c","value":"mismatch","time":21}
      {"process":0,"type":"invoke","f":"create","node":"n1","collection":"c1","time":22}
      {"process":1,"type":"invoke","f":"create","node":"n2","collection":"c1","time":23}
      {"process":2,"type":"invoke","f":"create","node":"n3","collection":"c2","time":24}
      {"process":0,"type":"ok","f":"create","collection":"c1","value":["281474976710657"],"time":25}
      {"process":1,"type":"ok","f":"create","collection":"c1","value":"mismatch","time":26}
      {"process":2,"type":"ok","f":"create","collection":"c2","time":27}
      {"type":"fault-ended","f":"partition-halves","fault":1,"time":28}
      {"type":"fault-started","f":"clock-jump","fault":2,"time":29}
      {"process":0,"type":"invoke","f":"exists","node":"n1","collection":"c1","time":30}
      {"process":1,"type":"invoke","f":"list","node":"n2","time":31}
      {"process":2,"type":"invoke","f":"exists","node":"n3","collection":"c3","time":32}
      {"process":0,"type":"ok","f":"exists","collection":"c1","value":"281474976710657","time":33}
      {"process":1,"type":"ok","f":"list","value":[["c1","281474976710657"],["c2","x"]],"time":34}
      {"process":2,"type":"ok","f":"exists","collection":"c3","value":null,"time":35}
      {"process":0,"type":"invoke","f":"drop","node":"n1","collection":"c1","time":36}
      {"process":1,"type":"invoke","f":"drop","node":"n2","collection":"c1","time":37}
      {"process":0,"type":"ok","f":"drop","collection":"c1","time":38}
      {"process":1,"type":"ok","f":"drop","collection":"c1","value":"mismatch","time":39}
      {"type":"fault-ended","f":"clock-jump","fault":2,"error":"libfaketime is not here","time":40}
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
  void allWorkloadsAndFaultsStandInOneFile() throws IOException {
    recordAllWorkloads();

    assertThat(written).hasToString(GOLDEN_OF_ALL_WORKLOADS);
    var read = read(written.toString());
    assertThat(read.events()).isEqualTo(recorder.history().events());
    assertThat(read.calls()).isEqualTo(recorder.history().calls());
    assertThat(read.faults()).isEqualTo(recorder.history().faults()).hasSize(2);
  }

  @Test
  void sessionsAreWrittenAndReadAgain() throws IOException {
    start(0, "s", "", new Operation.SessionWrite("a", "x", "1")).ok();
    start(1, "s", "", new Operation.SessionRead("b", "x")).ok(Optional.of("1"));
    start(1, "s", "", new Operation.SessionJoin("b", "a", 1)).ok();
    start(1, "s", "", new Operation.SessionRead("b", "y")).ok(Optional.empty());

    assertThat(written.toString())
        .contains(
            "\"f\":\"session-write\",\"node\":\"n1\",\"collection\":\"s\",\"value\":[\"a\",\"x\",\"1\"]",
            "\"f\":\"session-read\",\"node\":\"n2\",\"collection\":\"s\",\"value\":[\"b\",\"x\"]",
            "\"f\":\"session-join\",\"node\":\"n2\",\"collection\":\"s\",\"value\":[\"b\",\"a\",1]");
    assertThat(read(written.toString()).events()).isEqualTo(recorder.history().events());
  }

  @Test
  void callsAreFoundByCollection() {
    recordAllWorkloads();

    var byCollection = recorder.history().callsByCollection();

    assertThat(byCollection)
        .containsOnlyKeys("points", "set", "pairs", "counters", "bank", "c1", "c2", "", "c3");
    assertThat(byCollection.get("counters")).hasSize(2);
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
        "{\"process\":9,\"type\":\"ok\",\"f\":\"write\",\"key\":\"a\",\"time\":0}",
        "{\"process\":9,\"type\":\"ok\",\"f\":\"write\",\"key\":\"a\",\"at\":[[1,2]],\"time\":1}",
        "{\"process\":9,\"type\":\"ok\",\"f\":\"write\",\"key\":\"a\",\"version\":\"x\",\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"upsert\",\"collection\":\"c\",\"key\":\"a\",\"value\":[[\"x\"],\"v\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"upsert\",\"collection\":\"c\",\"key\":\"a\",\"value\":[[NaN],\"v\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"upsert\",\"collection\":\"c\",\"key\":\"a\",\"value\":[[\"NaN\"],\"v\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"upsert\",\"collection\":\"c\",\"key\":\"a\",\"value\":\"v\",\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"upsert\",\"collection\":\"c\",\"value\":[[1],\"v\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"increment\",\"collection\":\"c\",\"key\":\"a\",\"value\":1.5,\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write-batch\",\"collection\":\"c\",\"value\":[[\"a\",\"1\"],[\"a\",\"2\"]],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"write-batch\",\"collection\":\"c\",\"value\":[[\"a\"]],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"read-batch\",\"collection\":\"c\",\"value\":[\"a\",\"a\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"read-batch\",\"collection\":\"c\",\"key\":\"k\",\"value\":[\"a\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"transfer\",\"collection\":\"c\",\"value\":[\"a\",\"a\",1],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"transfer\",\"collection\":\"c\",\"value\":[\"a\",\"b\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"search\",\"collection\":\"c\",\"value\":[[1],0,true],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"search\",\"collection\":\"c\",\"value\":[[1],1,\"maybe\"],\"time\":1}",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"search\",\"collection\":\"c\",\"value\":[[1],4294967297,true],\"time\":1}",
        "{\"type\":\"fault-started\",\"f\":\"kill\",\"time\":1}",
        "{\"type\":\"fault-ended\",\"f\":\"kill\",\"fault\":1,\"time\":1}",
      })
  void lineThatIsNoEventIsNamedByNumber(String line) {
    var before =
        "{\"process\":9,\"type\":\"invoke\",\"f\":\"write\",\"key\":\"a\",\"value\":\"1\",\"time\":1}\n";

    assertThatThrownBy(() -> read(before + line + "\n"))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageStartingWith("line 2: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "invoke,create,,ok,create,[]",
        "invoke,create,,ok,create,[null]",
        "invoke,create,,ok,create,\"made\"",
        "invoke,drop,,ok,drop,[1]",
        "invoke,scan,,ok,scan,[[\"a\"]]",
        "invoke,scan,,ok,scan,\"a\"",
        "invoke,exists,,ok,exists,{}",
        "invoke,exists,,ok,drop,",
      })
  void answerThatIsNoneToItsQuestionIsNamedByLine(String spec) {
    var parts = spec.split(",", 6);

    assertThatThrownBy(
            () -> read(line(parts[0], parts[1], parts[2]) + line(parts[3], parts[4], parts[5])))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageStartingWith("line 2: ");
  }

  @Test
  void answerIsAboutTheCollectionThatWasAskedAbout() {
    var invoke = line("invoke", "scan", "");
    var ok = line("ok", "scan", "[]");

    assertThatThrownBy(() -> read(invoke + ok.replace("\"c\"", "\"d\"")))
        .hasMessage("line 2: collection: d (expected: c, as invoked)");
    assertThatThrownBy(() -> read(invoke.replace("\"c\"", "\"\"") + ok))
        .hasMessage("line 2: collection: c (expected: , as invoked)");
  }

  @Test
  void faultsKeepTheirOrder() {
    var start = "{\"type\":\"fault-started\",\"f\":\"kill\",\"fault\":1,\"time\":1}\n";
    var end = "{\"type\":\"fault-ended\",\"f\":\"kill\",\"fault\":1,\"time\":1}\n";
    var endOfAnother = end.replace("kill", "pause");

    assertThatThrownBy(() -> read(start + start))
        .hasMessage("line 2: fault: 1 (expected: a new id)");
    assertThatThrownBy(() -> read(start + endOfAnother))
        .hasMessage("line 2: f: pause (expected: kill, as invoked)");
    assertThatThrownBy(() -> read(start + end + end))
        .hasMessage("line 3: fault: 1 (expected: one that is at work)");
    assertThatThrownBy(() -> read(start + end + start))
        .hasMessage("line 3: fault: 1 (expected: a new id)");
  }

  @Test
  void historyCutInTheMiddleOfALineIsMalformed() {
    recordAllWorkloads();
    var cut = GOLDEN_OF_ALL_WORKLOADS.substring(0, GOLDEN_OF_ALL_WORKLOADS.length() - 5);

    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(MalformedHistoryException.class)
        .hasMessageStartingWith("line 40: ");
  }

  private static String line(String type, String f, String value) {
    return "{\"process\":0,\"type\":\"%s\",\"f\":\"%s\",\"collection\":\"c\"%s,\"time\":1}\n"
        .formatted(type, f, value.isEmpty() ? "" : ",\"value\":" + value);
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

  private void recordAllWorkloads() {
    var partition = recorder.startFault("partition-halves", List.of("n1", "n2"), "n1 | n2 n3");
    var upsert = new Operation.Upsert(List.of(1.0, -2.5), "a1");
    recorder
        .invoke(0, "n1", "points", "a", upsert, "r-1")
        .ok(new Answer.Done(), Witness.of(2, 3, 44, 17));
    var exact = start(0, "points", "", new Operation.Search(List.of(0.0, 0.5), 10, true));
    var approximate = start(1, "points", "", new Operation.Search(List.of(0.0, 0.5), 10, false));
    exact.ok(
        new Answer.Hits(
            List.of(
                new Hit(new Entry("a", "a1", OptionalLong.of(17)), 10),
                new Hit(new Entry("b", "b1"), 11.25))),
        new Witness(
            List.of(new Witness.Position(0, 3, 40), new Witness.Position(2, 3, 44)),
            OptionalLong.empty()));
    approximate.ok(new Answer.Hits(List.of()));
    start(0, "set", "", new Operation.Scan())
        .ok(
            new Answer.Entries(
                List.of(
                    new Entry("a", "1", OptionalLong.of(5)),
                    new Entry("a", "2"),
                    new Entry("b", "3"))));
    var both = List.of(new Entry("a", "1"), new Entry("b", "1"));
    var batch = start(0, "pairs", "", new Operation.WriteBatch(both));
    var refused = start(1, "pairs", "", new Operation.WriteBatch(List.of(new Entry("a", "2"))));
    batch.ok();
    refused.mismatch();
    var readBatch = start(0, "pairs", "", new Operation.ReadBatch(List.of("a", "b", "c")));
    var first = recorder.invoke(1, "n2", "counters", "c", new Operation.Increment(-3), "r-2");
    readBatch.ok(new Answer.Entries(both));
    first.ok();
    var transfer = start(0, "bank", "", new Operation.Transfer("a", "b", 7));
    var second = recorder.invoke(1, "n2", "counters", "c", new Operation.Increment(-3), "r-2");
    transfer.mismatch();
    second.mismatch();
    recordCatalogue(partition);
  }

  private void recordCatalogue(HistoryRecorder.ActiveFault partition) {
    var id = Optional.of("281474976710657");
    var created = start(0, "c1", "", new Operation.Create());
    var refused = start(1, "c1", "", new Operation.Create());
    var createdUnseen = start(2, "c2", "", new Operation.Create());
    created.ok(id);
    refused.mismatch();
    createdUnseen.ok();
    partition.end();
    var clock = recorder.startFault("clock-jump", List.of(), "");
    var exists = start(0, "c1", "", new Operation.Exists());
    var list = start(1, "", "", new Operation.ListCollections());
    var existsNot = start(2, "c3", "", new Operation.Exists());
    exists.ok(id);
    list.ok(new Answer.Entries(List.of(new Entry("c1", id.get()), new Entry("c2", "x"))));
    existsNot.ok(Optional.empty());
    var drop = start(0, "c1", "", new Operation.Drop());
    var dropAgain = start(1, "c1", "", new Operation.Drop());
    drop.ok();
    dropAgain.mismatch();
    clock.end("libfaketime is not here");
  }

  private HistoryRecorder.Pending start(
      long process, String collection, String key, Operation operation) {
    return recorder.invoke(process, "n" + (process + 1), collection, key, operation, "");
  }

  private static History read(String lines) throws IOException {
    return HistoryReader.read(new StringReader(lines));
  }
}
