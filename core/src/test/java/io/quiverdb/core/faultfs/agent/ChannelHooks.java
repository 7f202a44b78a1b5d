package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.UnforcedBytes.OldBytes;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/// Of `FileChannelImpl`.
public final class ChannelHooks {
  private static final int TRANSFER_BYTES = 64 * 1024;

  private ChannelHooks() {}

  public static long write(FileChannel channel, FileDescriptor descriptor, ByteBuffer source)
      throws IOException {
    return IoHooks.onFile(
        descriptor,
        file ->
            IoHooks.write(
                file,
                file::position,
                source.remaining(),
                old(channel, file),
                bytes -> part(source, bytes, channel::write)));
  }

  public static long write(
      FileChannel channel, FileDescriptor descriptor, ByteBuffer source, long position)
      throws IOException {
    return IoHooks.onFile(
        descriptor,
        file ->
            IoHooks.write(
                file,
                () -> position,
                source.remaining(),
                old(channel, file),
                bytes -> part(source, bytes, some -> channel.write(some, position))));
  }

  /// All of it, also where a full disk would have taken some.
  public static long write(
      FileChannel channel, FileDescriptor descriptor, ByteBuffer[] sources, int offset, int count)
      throws IOException {
    return IoHooks.onFile(
        descriptor,
        file -> {
          long length = 0;
          for (int number = offset; number < offset + count; number++) {
            length += sources[number].remaining();
          }
          long all = length;
          return IoHooks.write(
              file,
              file::position,
              all,
              old(channel, file),
              bytes -> bytes < all ? 0 : channel.write(sources, offset, count));
        });
  }

  private static OldBytes old(FileChannel channel, OpenFile file) {
    return (offset, target) -> {
      try {
        var bytes = ByteBuffer.wrap(target);
        while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {}
      } catch (NonReadableChannelException _) {
        file.read(offset, target);
      }
    };
  }

  @FunctionalInterface
  private interface BufferWrite {
    int write(ByteBuffer bytes) throws IOException;
  }

  private static long part(ByteBuffer source, long bytes, BufferWrite write) throws IOException {
    int limit = source.limit();
    source.limit(Math.toIntExact(Math.min(limit, source.position() + bytes)));
    try {
      return write.write(source);
    } finally {
      source.limit(limit);
    }
  }

  public static long transferFrom(
      FileChannel channel,
      FileDescriptor descriptor,
      ReadableByteChannel source,
      long position,
      long count)
      throws IOException {
    return IoHooks.onFile(
        descriptor,
        file -> {
          if (position < 0 || count <= 0 || position > file.size()) {
            return IoHooks.TO_METHOD;
          }
          var bytes = ByteBuffer.allocate(Math.toIntExact(Math.min(count, TRANSFER_BYTES)));
          int read = source.read(bytes);
          if (read <= 0) {
            return 0;
          }
          bytes.flip();
          return IoHooks.write(
              file,
              () -> position,
              read,
              old(channel, file),
              some -> part(bytes, some, it -> channel.write(it, position)));
        });
  }

  public static long transferTo(
      FileChannel channel,
      FileDescriptor descriptor,
      long position,
      long count,
      WritableByteChannel target)
      throws IOException {
    if (!(target instanceof FileChannel) || position < 0 || count <= 0 || IoHooks.isInside()) {
      return IoHooks.TO_METHOD;
    }
    var bytes = ByteBuffer.allocate(Math.toIntExact(Math.min(count, TRANSFER_BYTES)));
    if (channel.read(bytes, position) <= 0) {
      return 0;
    }
    // By the target's own hook.
    return target.write(bytes.flip());
  }

  public static @Nullable Object truncate(FileChannel channel, FileDescriptor descriptor, long size)
      throws IOException {
    long handled =
        IoHooks.onFile(
            descriptor,
            file ->
                size < 0 || size >= file.size()
                    ? IoHooks.TO_METHOD
                    : IoHooks.disk()
                        .resize(
                            file, size, old(channel, file), () -> channel.truncate(size).size()));
    return handled == IoHooks.TO_METHOD ? null : channel;
  }

  public static boolean force(FileChannel channel, FileDescriptor descriptor, boolean metadata)
      throws IOException {
    return IoHooks.forced(
        descriptor,
        () -> {
          channel.force(metadata);
          return true;
        });
  }

  public static void map(
      FileChannel channel, FileDescriptor descriptor, MapMode mode, long position, long size)
      throws IOException {
    long _ =
        IoHooks.onFile(
            descriptor,
            file -> {
              if (MapMode.READ_WRITE.equals(mode)) {
                IoHooks.disk().missed("writes to a mapping", file.path());
              }
              return 0;
            });
  }

  public static void map(
      FileChannel channel,
      FileDescriptor descriptor,
      MapMode mode,
      long position,
      long size,
      Arena arena)
      throws IOException {
    map(channel, descriptor, mode, position, size);
  }
}
