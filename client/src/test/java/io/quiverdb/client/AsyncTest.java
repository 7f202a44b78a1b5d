package io.quiverdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AsyncTest extends FakeClusterTest {
  private final QuiverClient quiver = client();
  private final AsyncQuiverClient async = quiver.async();

  @Test
  void bothFormsGiveTheSame() {
    Collection docs = quiver.createCollection("both", Schema.dot(2));
    AsyncCollection asyncDocs = async.collection("both");
    asyncDocs.upsert(Point.of("a", 1, 0), Point.of("b", 0, 1)).join();

    assertThat(asyncDocs.get("a").join()).isEqualTo(docs.get("a")).isPresent();
    assertThat(asyncDocs.get(List.of("b", "a")).join()).isEqualTo(docs.get(List.of("b", "a")));
    assertThat(asyncDocs.count().join()).isEqualTo(docs.count()).isEqualTo(2);
    assertThat(asyncDocs.search(1, 0).k(1).run().join()).isEqualTo(docs.search(1, 0).k(1).run());
    assertThat(asyncDocs.scan().page().join()).isEqualTo(docs.scan().page());
    assertThat(asyncDocs.info().join()).isEqualTo(docs.info());
    assertThat(async.collections().join()).isEqualTo(quiver.collections()).hasSize(2);
    assertThat(async.cluster().topology().join()).isEqualTo(quiver.cluster().topology());
    assertThat(async.cluster().status().join()).isEqualTo(quiver.cluster().status());
    assertThat(async.cluster().check().join()).isEqualTo(quiver.cluster().check());
    asyncDocs.delete("a").join();
    assertThat(docs.get("a")).isEqualTo(Optional.empty());
    async.dropCollection("both").join();
    assertThat(quiver.collections()).hasSize(1);
  }

  @Test
  void futuresFailWithTheSameExceptions() {
    CompletionException thrown =
        catchThrowableOfType(
            CompletionException.class, () -> async.collection("none").count().join());
    CompletableFuture<Throwable> handled =
        async.collection("none").count().handle((count, error) -> error);

    assertThat(thrown).hasCauseInstanceOf(NotFoundException.class);
    assertThat(handled.join()).isInstanceOf(NotFoundException.class);
  }

  @Test
  void callbacksMayBlockOnFurtherCalls() {
    Collection docs = quiver.collection("docs");

    List<CompletableFuture<Long>> counts =
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    docs.async()
                        .upsert(point("p" + i))
                        .thenApply(written -> docs.get("p" + i).orElseThrow().version()))
            .toList();

    assertThat(counts).allSatisfy(count -> assertThat(count.join()).isPositive());
  }

  @Test
  void everyPointOfAScanIsTakenInOrder() {
    List<String> ids = IntStream.range(0, 25).mapToObj(i -> "p%02d".formatted(i)).toList();
    quiver.collection("docs").upsert(points(ids));
    List<String> seen = new ArrayList<>();

    async.collection("docs").scan().pageSize(4).forEach(point -> seen.add(point.id())).join();

    assertThat(seen).containsExactlyElementsOf(ids);
  }
}
