package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.QuiverNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every command against a real node, which is a cluster of its own. Each test has a collection of
/// its own.
class CommandsTest {
  @TempDir static Path nodeFolder;
  private static QuiverNode node;
  private static String endpoint;

  @TempDir Path folder;
  private String out = "";
  private String err = "";

  @BeforeAll
  static void startNode() throws IOException {
    node =
        QuiverNode.start(
            NodeConfig.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                    "data-dir",
                    nodeFolder.resolve("data").toString(),
                    "listen",
                    "127.0.0.1:" + UnusedPorts.next(),
                    "peer-listen",
                    ":" + UnusedPorts.next(),
                    "raft-listen",
                    ":" + UnusedPorts.next())));
    endpoint = "127.0.0.1:" + node.port();
    assertThat(new CommandsTest().run("status", "--wait", "ready", "--timeout", "5m"))
        .isEqualTo(ExitCode.GOOD);
  }

  @AfterAll
  static void stopNode() {
    node.close();
  }

  @Test
  void statusShowsNodesAndReplicas() {
    assertThat(run("status")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .contains("cluster ", ", encrypted", endpoint, "ready", "leader", "\nfeature level 1\n");

    assertThat(run("status", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .startsWith("{\"cluster_id\":\"")
        .contains("\"encrypted\":true", "\"address\":\"" + endpoint + "\"", "\"role\":\"leader\"")
        .contains("\"feature_level\":1", "\"highest_feature_level\":1")
        .containsPattern("\"master_key\":\"[0-9a-f]{32}\"")
        .endsWith("}\n");
  }

  @Test
  void statusShowsWhichRowsHaveAGraphAndTheRecallOfSampledSearches() {
    assertThat(run("status")).isEqualTo(ExitCode.GOOD);
    assertThat(out).containsPattern("SHARD .* INDEXED +RECALL\n");

    assertThat(run("status", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .containsPattern(
            "\"points\":\\d+,\"index\":\\{\"graph_rows\":0,\"waiting_rows\":0,\"refused_rows\":0,"
                + "\"small_rows\":\\d+,\"needed_bytes\":0,\"memory_bytes\":0},\"recall_at_10\":null}");
  }

  @Test
  void featureLevelRisesToWhatEveryNodeSupportsOnly() {
    assertThat(run("cluster", "set", "--feature-level", "1", "--plan")).isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("feature level 1 now, and every node supports 1\n");
    assertThat(run("cluster", "set", "--feature-level", "1")).isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("feature level 1\n");

    assertThat(run("cluster", "set", "--feature-level", "2")).isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .contains("feature level: 2, and node ")
        .contains(" supports 1 (expected: one that every node supports)");
    assertThat(run("cluster", "set")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("--replication-factor", "--feature-level");
  }

  @Test
  void checkOfEqualReplicasIsGood() {
    assertThat(run("cluster", "check")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .contains("SHARD", "leader")
        .containsPattern("catalogue +- +\\d+  \\S+  leader +[0-9a-f]{32}\n")
        .endsWith("all replicas are equal\n");

    assertThat(run("cluster", "check", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .containsPattern(
            "^\\{\"equal\":true,\"catalog\":\\{\"index\":\\d+,\"replicas\":\\[\\{\"node\":\"[^]]+\"hash\":"
                + "\"[0-9a-f]{32}\"}]},\"shards\":\\[\\{\"shard\":0,");
  }

  @Test
  void pointsAreWrittenUnderConditions() {
    createCollection("guarded");

    assertThat(run("point", "put", "guarded", "a", "--vector", "1,2,3", "--if-absent"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(run("point", "put", "guarded", "a", "--vector", "1,2,3", "--if-absent"))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).contains("precondition: does not hold of 1 of the points (a: version ");
    assertThat(run("point", "set-payload", "guarded", "a", "{\"n\":1}", "--if-present"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("payload_set");
    assertThat(run("point", "set-payload", "guarded", "b", "{\"n\":1}")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("absent");
    assertThat(run("point", "delete", "guarded", "a", "--if-version", "1000000"))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("point", "get", "guarded", "a")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("{\"n\":1}");
  }

  @Test
  void pointsAreDeletedByFilter() {
    createCollection("filtered");
    run("point", "put", "filtered", "a", "--vector", "1,2,3", "--payload", "{\"n\":1}");
    run("point", "put", "filtered", "b", "--vector", "1,2,3", "--payload", "{\"n\":2}");

    assertThat(run("point", "delete", "filtered", "--filter", "n = 1", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("{\"deleted\":1,\"changed\":0,\"changed_ids\":[]}\n");
    assertThat(run("point", "get", "filtered", "b")).isEqualTo(ExitCode.GOOD);
    assertThat(run("point", "delete", "filtered")).isEqualTo(ExitCode.USAGE);
    assertThat(run("point", "delete", "filtered", "b", "--filter", "n = 1"))
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void fieldsAreAddedAndDropped() {
    createCollection("fields");

    assertThat(run("collection", "set", "fields", "--keyword", "lang", "--numeric", "year"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("lang:keyword year:numeric");
    assertThat(run("collection", "set", "fields", "--drop", "lang")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("year:numeric").doesNotContain("lang");
    assertThat(run("collection", "set", "fields", "--drop", "lang")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("filterable field: \"lang\" (expected: one that is declared)");
    assertThat(run("collection", "set", "fields")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void efIsSetAndTakenBack() {
    assertThat(run("collection", "create", "accurate", "--dimension", "3", "--ef", "200"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("200");
    assertThat(run("collection", "set", "accurate", "--ef", "400", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("\"ef\":400");
    assertThat(run("collection", "set", "accurate", "--ef", "10001")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("ef: 10001 (expected: 1 to 10000)");
    assertThat(run("collection", "set", "accurate", "--ef", "0", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).doesNotContain("\"ef\"");
  }

  private void createCollection(String name) {
    assertThat(run("collection", "create", name, "--dimension", "3")).isEqualTo(ExitCode.GOOD);
  }

  @Test
  void collectionIsCompactedOnEveryReplica() {
    assertThat(run("collection", "create", "loose", "--dimension", "2")).isEqualTo(ExitCode.GOOD);

    assertThat(run("collection", "compact", "loose")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("SHARD", "SEGMENTS").endsWith("compaction has begun\n");

    assertThat(run("collection", "compact", "loose", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out).startsWith("{\"accepted\":true,\"shards\":[{\"shard\":0,\"replicas\":[{");

    assertThat(run("collection", "compact", "absent")).isEqualTo(ExitCode.NEGATIVE);
  }

  @Test
  void filesOfACollectionAreVerifiedOnEveryReplica() {
    assertThat(run("collection", "create", "sound", "--dimension", "2")).isEqualTo(ExitCode.GOOD);

    assertThat(run("collection", "verify", "sound")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("SHARD", "DAMAGES", "INDEXED").endsWith("all files are intact\n");

    assertThat(run("collection", "verify", "sound", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .startsWith("{\"intact\":true,\"shards\":[{\"shard\":0,\"replicas\":[{")
        .contains("\"index\":{\"graph_rows\":0,", "\"indexes\":[]");

    assertThat(run("collection", "verify", "absent")).isEqualTo(ExitCode.NEGATIVE);
  }

  @Test
  void clusterIsFormedOnlyOnce() {
    assertThat(run("cluster", "init")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).startsWith("quiver: ").contains("(expected: ").containsOnlyOnce("\n");
  }

  @Test
  void transferToAnUnknownNodeNamesTheKnownOnes() {
    assertThat(run("cluster", "transfer", "0", "nobody")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).startsWith("quiver: node: nobody (expected: ").contains(endpoint);
  }

  @Test
  void collectionIsCreatedShownListedAndDropped() {
    assertThat(
            run(
                "collection",
                "create",
                "life",
                "--dimension",
                "3",
                "--metric",
                "l2",
                "--keyword",
                "lang",
                "--numeric",
                "year"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("life", "3", "l2", "active", "lang:keyword year:numeric");

    assertThat(run("collection", "show", "life", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .startsWith("{\"name\":\"life\",\"id\":")
        .endsWith(
            "\"dimension\":3,\"metric\":\"l2\",\"state\":\"active\","
                + "\"fields\":{\"lang\":\"keyword\",\"year\":\"numeric\"}}\n");
    assertThat(run("collection", "list")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("life");
    assertThat(run("collection", "list", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out).startsWith("[{").contains("\"name\":\"life\"");

    assertThat(run("collection", "create", "life", "--dimension", "3"))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("collection", "drop", "life")).isEqualTo(ExitCode.GOOD);
    assertThat(run("collection", "drop", "life")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("collection", "show", "life")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).startsWith("quiver: ").contains("life").containsOnlyOnce("\n");
  }

  @Test
  void shreddedCollectionIsGoneAndTheStatusSaysWhenItsKeysAre() {
    create("secrets", 3);

    assertThat(run("collection", "shred", "secrets", "--yes", "--wait")).isEqualTo(ExitCode.GOOD);

    assertThat(out).contains("secrets").contains("shredded").contains("note: ");
    assertThat(run("collection", "shred-status", "secrets", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("\"state\":\"shredded\"").contains("\"nodes\":[]");
    assertThat(run("collection", "show", "secrets")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("collection", "shred", "secrets", "--yes")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("collection", "shred-status", "nothing")).isEqualTo(ExitCode.NEGATIVE);
  }

  @Test
  void pointsArePutGotScannedCountedSearchedAndDeleted() {
    create("points", 3);
    var payload = "{ \"lang\":\"en\", \"n\":9007199254740993}";

    assertThat(run("point", "put", "points", "a", "--vector", "1,2,3", "--payload", payload))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("inserted");
    assertThat(run("point", "put", "points", "a b", "--vector", "[0,0,1]", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).startsWith("[{\"id\":\"a b\",\"result\":\"inserted\",\"shard\":");

    assertThat(run("point", "get", "points", "a", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out)
        .contains("\"vector\":[1.0,2.0,3.0]", "\"payload\":" + payload, "\"digest\":\"")
        .endsWith("\"missing\":[]}\n");
    assertThat(run("point", "scan", "points", "--limit", "1")).isEqualTo(ExitCode.GOOD);
    assertThat(out.lines()).hasSize(2);
    assertThat(run("point", "count", "points")).isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("2\n");
    assertThat(run("point", "count", "points", "--filter", "lang=en", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("{\"count\":1}\n");
    assertThat(run("point", "count", "points", "--filter", "not lang in (en, fr)"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("1\n");

    assertThat(run("search", "points", "--vector", "1,2,3", "-k", "1", "--with-payload"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("1.0000  a   " + payload);
    assertThat(run("search", "points", "--id-of", "a b", "-k", "1", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).startsWith("[{\"id\":\"a b\",\"score\":1.0,");
    assertThat(run("search", "points", "--vector", "0,0,1", "--filter", "lang=en"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("a").doesNotContain("a b");

    assertThat(run("point", "delete", "points", "a", "nothing")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("deleted", "absent");
  }

  @Test
  void sessionGoesOnFromOneCommandToTheNext() throws IOException {
    create("sessions", 3);
    var session = folder.resolve("session");

    assertThat(
            run(
                "point",
                "put",
                "sessions",
                "a",
                "--vector",
                "1,2,3",
                "--session",
                session.toString()))
        .isEqualTo(ExitCode.GOOD);
    String written = Files.readString(session);
    assertThat(written.strip()).isNotEmpty();
    assertThat(run("point", "count", "sessions", "--session", session.toString()))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("1\n");
    for (var level : List.of("linearizable", "session", "any")) {
      assertThat(run("point", "get", "sessions", "a", "--consistency", level))
          .isEqualTo(ExitCode.GOOD);
      assertThat(run("search", "sessions", "--vector", "1,2,3", "--consistency", level))
          .isEqualTo(ExitCode.GOOD);
    }

    assertThat(run("point", "count", "sessions", "--consistency", "eventual"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("eventual (expected: linearizable, session or any)");
    Files.writeString(session, "none");
    assertThat(run("point", "count", "sessions", "--session", session.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("token: malformed");
  }

  @Test
  void whatIsNotThereIsANegativeAnswer() {
    create("empty", 3);

    assertThat(run("point", "get", "empty", "x", "y")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).isEqualTo("quiver: x: not found\nquiver: y: not found\n");
    assertThat(run("search", "empty", "--id-of", "x")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).isEqualTo("quiver: x: not found\n");
    assertThat(run("point", "get", "nowhere", "x")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("search", "nowhere", "--vector", "1")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(run("export", "nowhere")).isEqualTo(ExitCode.NEGATIVE);
  }

  @Test
  void whatTheNodeRefusesIsAWrongCall() {
    create("strict", 3);

    assertThat(run("point", "put", "strict", "a", "--vector", "1,2")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("2 values (expected: 3)").containsOnlyOnce("\n");
    assertThat(run("point", "put", "strict", "a", "--vector", "1,2,3", "--payload", "{x"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(run("point", "put", "strict", "", "--vector", "1,2,3")).isEqualTo(ExitCode.USAGE);
    assertThat(run("point", "put", "strict", "x".repeat(600), "--vector", "1,2,3"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(run("search", "strict", "--vector", "1,2,3", "-k", "0")).isEqualTo(ExitCode.USAGE);
    assertThat(run("collection", "create", "a/b", "--dimension", "3")).isEqualTo(ExitCode.USAGE);
    assertThat(run("point", "count", "strict")).isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("0\n");
  }

  @Test
  void exportOfAnImportedExportIsTheSameToTheByte() throws IOException {
    var rows =
        file(
            "rows.jsonl",
            """
            {"id":"b","payload":{ "lang" : "de", "n":1.50, "u":"\\u00e9 π" },"vector":[0.1,0.333333333,3e-7]}
            {"id":7,"vector":[1,2,3],"payload":null,"shard_key":null}

            {"id":"a\\"\\n","vector":[-0.5,0,1],"payload":[1,"two"]}
            """);

    assertThat(run("import", "first", rows, "--create")).isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("imported 3 points into first\n");
    assertThat(run("export", "first", path("first.jsonl"))).isEqualTo(ExitCode.GOOD);
    assertThat(run("import", "second", path("first.jsonl"), "--create")).isEqualTo(ExitCode.GOOD);
    assertThat(run("export", "second", path("second.jsonl.gz"))).isEqualTo(ExitCode.GOOD);
    assertThat(run("import", "third", path("second.jsonl.gz"), "--create", "--batch", "1"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(run("export", "third", path("third.jsonl"), "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("{\"collection\":\"third\",\"exported\":3}\n");

    assertThat(Files.readString(Path.of(path("first.jsonl"))))
        .isEqualTo(
            """
            {"id":"7","vector":[1.0,2.0,3.0]}
            {"id":"a\\"\\n","vector":[-0.5,0.0,1.0],"payload":[1,"two"]}
            {"id":"b","vector":[0.1,0.33333334,3.0E-7],"payload":{ "lang" : "de", "n":1.50, "u":"\\u00e9 π" }}
            """)
        .isEqualTo(Files.readString(Path.of(path("third.jsonl"))));
  }

  @Test
  void badLineIsNamedAndWhatStoodBeforeItIsStored() throws IOException {
    create("bad", 3);
    var rows =
        file(
            "bad.jsonl",
            """
            {"id":"a","vector":[1,2,3]}
            {"id":"b","vector":[1,2]}
            {"id":"c","vector":[1,2,3]}
            """);

    assertThat(run("import", "bad", rows)).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err)
        .endsWith(
            "quiver: line 2: vector: 2 values (expected: 3); ends here, points stored: 1"
                + " (--skip-bad goes on)\n");
    assertThat(run("point", "get", "bad", "a")).isEqualTo(ExitCode.GOOD);
    assertThat(run("point", "get", "bad", "c")).isEqualTo(ExitCode.NEGATIVE);

    assertThat(run("import", "bad", rows, "--skip-bad", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("{\"collection\":\"bad\",\"imported\":2,\"skipped\":1}\n");
    assertThat(err).contains("quiver: line 2: vector: 2 values (expected: 3)\n");
    assertThat(run("point", "get", "bad", "a", "c")).isEqualTo(ExitCode.GOOD);
  }

  @Test
  void pointThatOnlyTheNodeRefusesIsNamedAndTheOthersOfItsBatchAreStored() throws IOException {
    create("large", 1);
    var rows = new StringBuilder();
    for (int number = 1; number <= 9; number++) {
      var text = "x".repeat(number == 5 ? 70_000 : 1);
      rows.append("{\"id\":\"p%d\",\"vector\":[1],\"payload\":\"%s\"}\n".formatted(number, text));
    }

    assertThat(run("import", "large", file("large.jsonl", rows.toString()), "--skip-bad"))
        .isEqualTo(ExitCode.GOOD);

    assertThat(err).contains("quiver: line 5: ", "payload", "(expected: ");
    assertThat(out).isEqualTo("imported 8 points into large, bad lines left out: 1\n");
    assertThat(run("point", "count", "large")).isEqualTo(ExitCode.GOOD);
    assertThat(out).isEqualTo("8\n");
  }

  @Test
  void laterLineOfTheSameIdWins() throws IOException {
    create("twice", 1);
    var rows = new StringBuilder();
    for (int number = 0; number < 50; number++) {
      rows.append("{\"id\":\"p\",\"vector\":[1],\"payload\":%d}\n".formatted(number));
    }

    assertThat(run("import", "twice", file("twice.jsonl", rows.toString()), "--batch", "4"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(run("point", "get", "twice", "p", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("\"payload\":49,");
  }

  @Test
  void textIsMadeAVectorWhereRowsHaveNone() {
    var rows =
        """
        {"id":"cat","payload":{"name":"cat face"}}
        {"id":"none","payload":{"title":"no name"}}
        {"id":"dog","payload":{"name":"dog face"}}
        """;
    var standardInput = System.in;
    System.setIn(new ByteArrayInputStream(rows.getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(run("import", "texts", "-", "--create", "--hash-text", "name", "--skip-bad"))
          .isEqualTo(ExitCode.GOOD);
    } finally {
      System.setIn(standardInput);
    }

    assertThat(err).contains("quiver: line 2: payload.name: missing (expected: text)\n");
    assertThat(run("search", "texts", "--text", "a CAT", "-k", "1", "--output", "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).startsWith("[{\"id\":\"cat\",");
  }

  private void create(String collection, int dimension) {
    assertThat(
            run(
                "collection",
                "create",
                collection,
                "--dimension",
                String.valueOf(dimension),
                "--keyword",
                "lang"))
        .isEqualTo(ExitCode.GOOD);
  }

  private int run(String... arguments) {
    var outText = new StringWriter();
    var errText = new StringWriter();
    var all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--endpoint";
    all[arguments.length + 1] = endpoint;
    int exitCode =
        QuiverCommand.commandLine()
            .setOut(new PrintWriter(outText))
            .setErr(new PrintWriter(errText))
            .execute(all);
    out = outText.toString();
    err = errText.toString();
    return exitCode;
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }
}
