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
import org.junit.jupiter.api.Test;

final class RequestWindowTest {
  private static final int REQUEST_BYTES = 50_000;

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
        .setRequestId(ByteString.copyFromUtf8("request " + number))
        .setDigest(ByteString.copyFrom(new byte[REQUEST_BYTES]))
        .build();
  }
}
