package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.FaultyDisk.Write;
import io.quiverdb.core.faultfs.agent.UnforcedBytes.OldBytes;
import io.quiverdb.core.faultfs.agent.UnforcedBytes.Place;
import java.io.FileDescriptor;
import java.io.IOException;
import java.util.Optional;

/// What hooks have in common. What one itself does with files is not its business again.
final class IoHooks {
  static final long TO_METHOD = Long.MIN_VALUE;
  static final int TO_METHOD_INT = -1;

  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private static volatile Optional<FaultyDisk> installed = Optional.empty();

  private IoHooks() {}

  static void install(FaultyDisk disk) {
    installed = Optional.of(disk);
  }

  static FaultyDisk disk() {
    return installed.orElseThrow();
  }

  static boolean isInside() {
    return INSIDE.get();
  }

  @FunctionalInterface
  interface FileHook {
    long run(OpenFile file) throws IOException;
  }

  /// @param toMethod the answer if this is the work of another hook
  static <T> T outside(T toMethod, IoAction<T> hook) throws IOException {
    if (isInside()) {
      return toMethod;
    }
    INSIDE.set(true);
    try {
      return hook.run();
    } finally {
      INSIDE.set(false);
    }
  }

  /// Leaves it to the method if the file is not of the tree.
  static long onFile(FileDescriptor descriptor, FileHook hook) throws IOException {
    return outside(
        TO_METHOD,
        () -> {
          var file = disk().openFile(descriptor);
          return file.isPresent() ? hook.run(file.get()) : TO_METHOD;
        });
  }

  static long write(OpenFile file, Place place, long length, OldBytes old, Write write)
      throws IOException {
    return length <= 0 ? TO_METHOD : disk().write(file, place, length, old, write);
  }

  static boolean forced(FileDescriptor descriptor, IoAction<?> force) throws IOException {
    long handled =
        onFile(
            descriptor,
            file -> {
              disk().force(file, force);
              return 0;
            });
    return handled != TO_METHOD;
  }
}
