package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Vector;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.FileStorage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `verify` and `salvage` on the directory of an encrypted store, and on one like a node's.
class OfflineCommandsTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;
  private Path directory = Path.of("");
  private Path key = Path.of("");
  private String out = "";
  private String err = "";

  @BeforeEach
  void makeStore() throws IOException {
    directory = folder.resolve("store");
    key = folder.resolve("key");
    fill(directory, MasterKey.createFile(key, RANDOM));
  }

  @Test
  void intactStoreIsGood() {
    assertThat(run("verify", directory.toString(), "--master-key-file", key.toString()))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("STORE", directory.toString()).endsWith("all files are intact\n");
  }

  @Test
  void damageIsNamedAndSalvagedFrom() throws IOException {
    var file = file("seg-1.ids");
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);

    assertThat(
            run(
                "verify",
                directory.toString(),
                "--master-key-file",
                key.toString(),
                "--output",
                "json"))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(out).startsWith("{\"intact\":false,\"stores\":[{").contains("seg-1.ids page ");

    var target = folder.resolve("rescued");
    assertThat(
            run(
                "salvage",
                directory.toString(),
                "--to",
                target.toString(),
                "--master-key-file",
                key.toString()))
        .isEqualTo(ExitCode.NEGATIVE);
    assertThat(out).contains("seg-1.ids page ");

    assertThat(run("verify", target.toString(), "--master-key-file", key.toString()))
        .isEqualTo(ExitCode.GOOD);
  }

  /// As a program that embeds it leaves it when it is killed early.
  @Test
  void storeThatHasOnlyALogIsVerifiedAndSalvaged() throws IOException {
    var embedded = folder.resolve("embedded");
    var killed = folder.resolve("killed");
    try (var store = Store.open(embedded, MasterKey.ofFile(key), new StoreOptions(RANDOM))) {
      long _ = store.createCollection("docs", new Descriptor(2, Metric.DOT), Settings.NONE);
      long _ = store.upsert("docs", new Point("a", Vector.of(1, 2), Payload.EMPTY));
      copy(embedded, killed);
    }

    assertThat(run("verify", killed.toString(), "--master-key-file", key.toString()))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("STORE", "FILES", "BYTES", "ROWS");

    var target = folder.resolve("rescued");
    assertThat(
            run(
                "salvage",
                killed.toString(),
                "--to",
                target.toString(),
                "--master-key-file",
                key.toString(),
                "--output",
                "json"))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("\"points\":0,\"operations\":2,\"refused\":0,\"damage_count\":0");
    try (var store = Store.open(target, MasterKey.ofFile(key), new StoreOptions(RANDOM))) {
      assertThat(store.get("docs", "a")).isPresent();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void everyStoreOfANodeIsVerified() throws IOException {
    var data = folder.resolve("data");
    Files.createDirectories(data.resolve("shards"));
    Files.move(directory, data.resolve("shards/3"));
    Files.move(data.resolve("shards/3/catalog.key"), data.resolve("catalog.key"));

    assertThat(run("verify", data.toString(), "--master-key-file", key.toString()))
        .isEqualTo(ExitCode.GOOD);
    assertThat(out).contains("shards/3");
  }

  @Test
  void wrongKeyNoStoreAndATargetWithinAreRefused() {
    var other = folder.resolve("other-key");
    var _ = MasterKey.createFile(other, RANDOM);

    assertThat(run("verify", directory.toString(), "--master-key-file", other.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(run("verify", directory.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(run("verify", folder.resolve("nowhere").toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("expected: that of a store or the data of a node");
    assertThat(run("salvage", directory.toString(), "--to", directory.resolve("within").toString()))
        .isEqualTo(ExitCode.USAGE);
  }

  /// What would be written there could be opened by no key.
  @Test
  void targetWithAnotherCatalogueKeyIsRefused() throws IOException {
    var target = folder.resolve("another");
    KeyRing.ofStore(storageOf(target), MasterKey.ofFile(key), RANDOM).close();

    assertThat(
            run(
                "salvage",
                directory.toString(),
                "--to",
                target.toString(),
                "--master-key-file",
                key.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains(target + " has another catalogue key");
    try (var files = Files.list(target)) {
      assertThat(files).containsExactly(target.resolve("catalog.key"));
    }
  }

  private static FileStorage storageOf(Path directory) throws IOException {
    var storage = FileStorage.at(directory);
    storage.createDirectories("");
    return storage;
  }

  private Path file(String name) throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private static void fill(Path directory, MasterKey masterKey) throws IOException {
    var storage = storageOf(directory);
    try (var keyRing = KeyRing.ofStore(storage, masterKey, RANDOM);
        var store =
            Store.openReplicated(storage, new StoreOptions(RANDOM), keyRing, UUID.randomUUID())) {
      apply(store, 0, store.prepareSetOwnership(stamp(0), 1, List.of(new SlotRange(0, 16383))));
      apply(
          store,
          1,
          store.prepareCreateCollection(
              stamp(1),
              7,
              1,
              "docs",
              new Descriptor(2, Metric.COSINE),
              Settings.NONE,
              keyRing.drawCollectionKeys()));
      var points =
          IntStream.range(0, 400)
              .mapToObj(i -> new Point("id-" + i, Vector.of(i, 1), Payload.EMPTY))
              .toList();
      apply(store, 2, store.prepareUpsert(stamp(1), 7, points));
      var _ = store.checkpoint();
    }
  }

  private static void apply(Store store, long index, SealedOp op) {
    var _ =
        store.apply(
            new Position(Math.min(1, index), 1, index), Entry.newBuilder().addOps(op).build());
  }

  private static RequestStamp stamp(long epoch) {
    return new RequestStamp(new RequestId(UUID.randomUUID()), epoch, Optional.empty());
  }

  private int run(String... arguments) {
    var outWriter = new StringWriter();
    var errWriter = new StringWriter();
    int exitCode =
        QuiverCommand.commandLine()
            .setOut(new PrintWriter(outWriter))
            .setErr(new PrintWriter(errWriter))
            .execute(arguments);
    out = outWriter.toString();
    err = errWriter.toString();
    return exitCode;
  }
}
