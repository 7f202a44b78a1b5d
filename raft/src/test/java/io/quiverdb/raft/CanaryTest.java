package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.Vector;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Plants ids, payloads, vectors and names in a cluster, and looks for them in every byte of every
/// file that its nodes have: logs, checkpoints, notes.
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class CanaryTest {
  private static final int POINTS = 1_000;
  private static final int DIMENSION = 8;
  private static final int WINDOW_BYTES = Long.BYTES;

  /// Drawn as hexadecimal digits, so that no length prefix or other noise is part of them.
  private final Random random = new Random(Seed.draw());

  /// What each was planted as, by its first eight bytes. Those that follow are looked at no more:
  /// eight bytes of a random text are found by chance once in 2^32 of such texts.
  private final Map<Long, String> canaries = new HashMap<>();

  @TempDir Path directory;

  @Test
  void nothingPlantedAppearsInAnyFileOfAnEncryptedCluster() throws IOException {
    plantIn(List.of(TestKeyRing.MASTER));

    var found = scan();

    assertThat(canaries).hasSizeGreaterThan(3 * POINTS);
    assertThat(found.files()).isGreaterThan(20);
    assertThat(found.byFile()).isEmpty();
  }

  /// Shows that the scan finds what is there to be found.
  @Test
  void plainModeWritesEverythingInTheClear() throws IOException {
    plantIn(List.of());

    var found = scan();

    var everything = new HashSet<String>();
    found.byFile().values().forEach(everything::addAll);
    assertThat(everything).hasSize(canaries.size());
    assertThat(found.byFile().keySet())
        .anyMatch(file -> file.contains("/raft/"))
        .anyMatch(file -> file.contains("/shards/"));
  }

  /// Half of it is in a checkpoint and in the log, the other half in the log only.
  private void plantIn(List<MasterKey> masterKeys) {
    try (var cluster = TestCluster.formed(directory, 3, 3, masterKeys)) {
      var client = new TestClient(cluster);
      var collection = create(cluster);
      for (int point = 0; point < POINTS; point++) {
        if (point == POINTS / 2) {
          cluster.nodes().forEach(node -> node.host().checkpoint());
        }
        var planted = point();
        assertThat(client.upsert(collection, planted)).isInstanceOf(Outcome.Applied.class);
      }
      assertThat(client.count(collection, 0)).isPositive();
    }
  }

  private CollectionInfo create(TestCluster cluster) {
    var settings =
        new Settings(List.of(new FilterableField(text("field"), FilterableField.Type.KEYWORD)));
    var write =
        new CatalogWrite.CreateCollection(
            new RequestId(new UUID(1, 1)),
            text("collection"),
            new Descriptor(DIMENSION, Metric.DOT),
            settings);
    var written =
        TestClient.retried(
            () -> cluster.nodes().getFirst().host().catalog().orElseThrow().write(write));
    return ((CatalogWritten.Created) written).collection();
  }

  private Point point() {
    var components = new float[DIMENSION];
    var bytes = ByteBuffer.allocate(DIMENSION * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; index < DIMENSION; index++) {
      components[index] = random.nextFloat();
      bytes.putFloat(components[index]);
    }
    plant("vector", bytes.array());
    return new Point(
        text("id"), Vector.of(components), Payload.ofJson("{\"k\":\"" + text("payload") + "\"}"));
  }

  private String text(String what) {
    String text = "%016x%016x".formatted(random.nextLong(), random.nextLong());
    plant(what, text.getBytes(StandardCharsets.US_ASCII));
    return text;
  }

  private void plant(String what, byte[] bytes) {
    canaries.put(ByteBuffer.wrap(bytes).getLong(), what + " " + canaries.size());
  }

  /// @param byFile what was found
  private record Found(int files, Map<String, Set<String>> byFile) {}

  private Found scan() throws IOException {
    var paths = new ArrayList<Path>();
    try (var walk = Files.walk(directory)) {
      walk.filter(Files::isRegularFile).forEach(paths::add);
    }
    var byFile = new TreeMap<String, Set<String>>();
    for (var path : paths) {
      var found =
          new HashSet<String>(
              canariesIn(path.getFileName().toString().getBytes(StandardCharsets.UTF_8)));
      found.addAll(canariesIn(Files.readAllBytes(path)));
      if (!found.isEmpty()) {
        byFile.put(directory.relativize(path).toString(), found);
      }
    }
    return new Found(paths.size(), byFile);
  }

  private Set<String> canariesIn(byte[] content) {
    var found = new HashSet<String>();
    long window = 0;
    for (int offset = 0; offset < content.length; offset++) {
      window = window << Byte.SIZE | Byte.toUnsignedLong(content[offset]);
      if (offset >= WINDOW_BYTES - 1 && window != 0) {
        var canary = canaries.get(window);
        if (canary != null) {
          found.add(canary);
        }
      }
    }
    return found;
  }
}
