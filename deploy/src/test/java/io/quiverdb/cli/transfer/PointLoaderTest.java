package io.quiverdb.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.client.Point;
import io.quiverdb.client.PointResult;
import io.quiverdb.client.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PointLoaderTest {
  private final List<List<String>> batches = new ArrayList<>();

  @Test
  void everythingArrivesInBatches() throws Exception {
    var loader = new PointLoader(this::store, 4, 2, PointLoaderTest::refuseNothing);

    for (int number = 0; number < 10; number++) {
      loader.add(Point.of("p" + number, 1), number);
    }
    loader.finish();

    assertThat(batches)
        .containsExactly(
            List.of("p0", "p1", "p2", "p3"), List.of("p4", "p5", "p6", "p7"), List.of("p8", "p9"));
    assertThat(loader.loaded()).isEqualTo(10);
  }

  @Test
  void sameIdTwiceIsNeverInOneBatchNorUnderWayTwice() throws Exception {
    var loader = new PointLoader(this::store, 4, 2, PointLoaderTest::refuseNothing);

    for (var id : List.of("a", "b", "a", "c")) {
      loader.add(Point.of(id, 1), 1);
    }
    loader.finish();

    assertThat(batches).containsExactly(List.of("a", "b"), List.of("a", "c"));
  }

  @Test
  void failureNamesTheLinesAndWhatIsLoadedIsExact() throws Exception {
    var loader =
        new PointLoader(
            points ->
                points.getFirst().id().equals("p2")
                    ? CompletableFuture.failedFuture(new IllegalStateException("no"))
                    : store(points),
            2,
            2,
            PointLoaderTest::refuseNothing);

    assertThatThrownBy(
            () -> {
              for (int number = 0; number < 10; number++) {
                loader.add(Point.of("p" + number, 1), number + 1);
              }
              loader.finish();
            })
        .isInstanceOfSatisfying(
            LoadFailedException.class,
            e -> {
              assertThat(e.firstLine()).isEqualTo(3);
              assertThat(e.lastLine()).isEqualTo(4);
              assertThat(e).hasRootCauseMessage("no");
            });
    assertThat(loader.loaded()).isEqualTo(batches.stream().mapToInt(List::size).sum());
  }

  private CompletableFuture<WriteResult> store(List<Point> points) {
    var ids = points.stream().map(Point::id).toList();
    batches.add(ids);
    var outcomes =
        ids.stream().map(id -> new WriteResult.PointOutcome(0, id, PointResult.INSERTED)).toList();
    return CompletableFuture.completedFuture(
        new WriteResult(List.of(new WriteResult.Part("r", 0, 1, 1, 1, 1, false, outcomes))));
  }

  private static void refuseNothing(long line, String message) {
    throw new AssertionError("line " + line + ": " + message);
  }
}
