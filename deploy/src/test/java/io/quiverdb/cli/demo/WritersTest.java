package io.quiverdb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.transfer.PointDigest;
import io.quiverdb.client.Point;
import io.quiverdb.client.PointResult;
import io.quiverdb.client.WriteResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritersTest {
  private static final Duration GUARD = Duration.ofMinutes(2);
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final Map<String, String> stored = new ConcurrentHashMap<>();
  private final AtomicLong index = new AtomicLong();

  @Test
  void everythingStoredIsAcknowledgedOnceWithItsDigest() throws Exception {
    try (var writers = writers(this::store, Optional.empty())) {
      writers.start(4);
      acknowledgements.await(500, GUARD);
      writers.stop();
    }

    var acknowledged = new HashMap<String, String>();
    acknowledgements.snapshot().forEach(one -> acknowledged.put(one.id(), one.digest()));
    assertThat(acknowledged).isEqualTo(stored).hasSize(acknowledgements.count());
  }

  @Test
  void pointsThatWereNotAppliedAreWrittenAgain() throws Exception {
    var failedBefore = new HashSet<String>();
    BatchWrites failingOnce =
        points -> {
          var failing =
              points.stream().map(Point::id).filter(id -> failedBefore.add(id)).limit(3).toList();
          var others = points.stream().filter(point -> !failing.contains(point.id())).toList();
          return new BatchOutcome(store(others).acknowledged(), List.of(), failing);
        };
    try (var writers = writers(failingOnce, Optional.empty())) {
      writers.start(1);
      acknowledgements.await(100, GUARD);
      writers.stop();
      assertThat(writers.unknownDigests()).isEmpty();
    }

    assertThat(acknowledgements.snapshot())
        .extracting(Acknowledgement::id)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(stored.keySet());
  }

  @Test
  void pointsOfUnknownFateAreKeptApart() throws Exception {
    BatchWrites firstIsUnknown =
        points ->
            new BatchOutcome(
                store(points.subList(1, points.size())).acknowledged(),
                List.of(points.getFirst().id()),
                List.of());
    Map<String, String> unknown;
    try (var writers = writers(firstIsUnknown, Optional.empty())) {
      writers.start(1);
      acknowledgements.await(20, GUARD);
      writers.stop();
      unknown = writers.unknownDigests();
    }

    assertThat(unknown).isNotEmpty();
    assertThat(acknowledgements.snapshot())
        .extracting(Acknowledgement::id)
        .doesNotContainAnyElementsOf(unknown.keySet());
  }

  @Test
  void failedWriterEndsTheWaiting() throws Exception {
    try (var writers =
        writers(
            points -> {
              throw new IllegalStateException("no");
            },
            Optional.empty())) {
      writers.start(1);

      assertThatThrownBy(() -> acknowledgements.await(1, GUARD))
          .isInstanceOf(LocalClusterException.class)
          .hasMessage("a writer has failed: no");
    }
  }

  @Test
  void journalHasALineForEachAcknowledgedPoint(@TempDir Path folder) throws Exception {
    var file = folder.resolve("journal.jsonl");
    try (var journal = Journal.create(file);
        var writers = writers(this::store, Optional.of(journal))) {
      writers.start(2);
      acknowledgements.await(50, GUARD);
      writers.stop();
    }

    assertThat(Files.readAllLines(file))
        .containsExactlyInAnyOrderElementsOf(
            acknowledgements.snapshot().stream().map(Journal::line).toList());
    assertThat(Files.readAllLines(file).getFirst())
        .matches(
            "\\{\"id\":\"w\\d-\\d+\",\"digest\":\"[0-9a-f]{64}\",\"shard\":0,\"term\":1,\"index\":\\d+}");
  }

  @Test
  void sameSeedWritesTheSame() {
    var points = new WriterPoints(7);

    assertThat(points.batch(2, 5)).isEqualTo(new WriterPoints(7).batch(2, 5)).isNotEmpty();
    assertThat(points.batch(2, 5).getFirst().vector())
        .isNotEqualTo(new WriterPoints(8).batch(2, 5).getFirst().vector())
        .isNotEqualTo(points.batch(2, 6).getFirst().vector())
        .isNotEqualTo(points.batch(3, 5).getFirst().vector());
  }

  @Test
  void noTwoBatchesShareAnIdAndNoneIsTooLarge() {
    var points = new WriterPoints(7);
    var ids = new HashSet<String>();

    for (int batch = 0; batch < 200; batch++) {
      assertThat(points.batch(0, batch)).hasSizeBetween(1, WriterPoints.BATCH_POINTS_MAX);
      for (var point : points.batch(0, batch)) {
        assertThat(ids.add(point.id())).as(point.id()).isTrue();
      }
    }
  }

  private Writers writers(BatchWrites target, Optional<Journal> journal) {
    return new Writers(target, new WriterPoints(7), acknowledgements, journal, System::nanoTime);
  }

  private BatchOutcome store(List<Point> points) {
    var outcomes =
        points.stream()
            .map(point -> new WriteResult.PointOutcome(0, point.id(), PointResult.INSERTED))
            .toList();
    points.forEach(
        point -> stored.put(point.id(), PointDigest.of(point.vector(), point.payloadJson())));
    var part = new WriteResult.Part("r", 0, 1, 1, index.incrementAndGet(), 1, false, outcomes);
    return new BatchOutcome(List.of(part), List.of(), List.of());
  }
}
