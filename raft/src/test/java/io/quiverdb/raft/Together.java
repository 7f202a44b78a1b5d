package io.quiverdb.raft;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// What takes its time in waiting is done at once: Netty takes two seconds to end a server.
public final class Together {
  private Together() {}

  /// Fails as the first that fails, when all are done.
  public static <T> void forEach(Collection<T> all, Consumer<T> work) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running =
          all.stream()
              .map(one -> CompletableFuture.runAsync(() -> work.accept(one), threads))
              .toArray(CompletableFuture<?>[]::new);
      CompletableFuture.allOf(running).join();
    }
  }
}
