package io.quiverdb.raft.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quiverdb.raft.Seeds;
import io.quiverdb.raft.catalog.proto.RememberedRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class RequestWindowTest {
  private static final int REQUEST_BYTES = 50_000;

  private volatile Numbered newest = new Numbered(0, RequestWindow.EMPTY, 0);

  @Test
  void windowHoldsTheNewestThatFitAndWhatIsHeld() {
    Seeds.forEach(
        100,
        seed -> {
          var random = new Random(new Random(seed).nextLong());
          var window = RequestWindow.EMPTY;
          List<RememberedRequest> model = new ArrayList<>();
          Set<ByteString> held = new HashSet<>();
          for (int i = 0; i < 200; i++) {
            var request = request(i);
            if (random.nextInt(4) == 0) {
              held.add(request.getRequestId());
            }
            held.removeIf(_ -> random.nextInt(10) == 0);
            // A window that nothing came of must not disturb the others.
            window.with(request(1_000 + i), _ -> false);

            window = window.with(request, asked -> held.contains(asked.getRequestId()));
            model.add(request);
            forgetOldest(model, held);

            assertThat(window.requests()).isEqualTo(model);
          }
          for (int i = 0; i < 200; i++) {
            assertThat(window.find(request(i).getRequestId()).isPresent())
                .isEqualTo(model.contains(request(i)));
          }
        });
  }

  @Test
  void windowIsReadWhileOthersFollowIt() throws Exception {
    int windows = 200_000;
    var digest = ByteString.copyFrom(new byte[REQUEST_BYTES]);
    try (var readers = Executors.newSingleThreadExecutor()) {
      var reading =
          readers.submit(
              () -> {
                for (var seen = newest; seen.number < windows; seen = newest) {
                  // One that others may be following by now.
                  int size = seen.window.requests().size();
                  if (size != seen.size) {
                    throw new AssertionError(size + " requests (expected: " + seen.size + ")");
                  }
                }
              });
      for (int number = 1; number <= windows; number++) {
        var request =
            RememberedRequest.newBuilder().setRequestId(requestId(number)).setDigest(digest);
        var next = newest.window.with(request.build(), _ -> false);
        newest = new Numbered(number, next, next.requests().size());
      }
      reading.get();
    }
  }

  private record Numbered(int number, RequestWindow window, int size) {}

  private static void forgetOldest(List<RememberedRequest> model, Set<ByteString> held) {
    var oldestFirst = model.iterator();
    long bytes = model.stream().mapToLong(RememberedRequest::getSerializedSize).sum();
    while (bytes > RequestWindow.BYTES_MAX && oldestFirst.hasNext()) {
      var oldest = oldestFirst.next();
      if (!held.contains(oldest.getRequestId())) {
        oldestFirst.remove();
        bytes -= oldest.getSerializedSize();
      }
    }
  }

  private static RememberedRequest request(int number) {
    return RememberedRequest.newBuilder()
        .setRequestId(requestId(number))
        .setDigest(ByteString.copyFrom(new byte[REQUEST_BYTES]))
        .build();
  }

  private static ByteString requestId(int number) {
    return ByteString.copyFromUtf8("request " + number);
  }
}
