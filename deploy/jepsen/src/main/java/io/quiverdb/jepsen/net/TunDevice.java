package io.quiverdb.jepsen.net;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A network interface whose packets are read and written here: what its namespace sends comes out,
/// what is put in arrives there. It stays ours when it is moved to another namespace, and ends when
/// it is closed.
///
/// Linux, Documentation/networking/tuntap.rst.
final class TunDevice implements AutoCloseable {
  private static final Path CLONE = Path.of("/dev/net/tun");
  private static final long SET_INTERFACE = 0x400454caL; // TUNSETIFF
  private static final short IP_PACKETS = 0x0001; // IFF_TUN
  private static final short NO_PACKET_INFO = 0x1000; // IFF_NO_PI
  private static final int NAME_BYTES = 16;
  private static final int REQUEST_BYTES = 40; // struct ifreq

  private final String name;
  private final int fd;

  private TunDevice(String name, int fd) {
    this.name = name;
    this.fd = fd;
  }

  static TunDevice create(String name) throws IOException {
    if (name.length() >= NAME_BYTES) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: less than " + NAME_BYTES + " characters)");
    }
    int fd =
        Posix.open(
            CLONE.toString(),
            Posix.OPEN_READ_WRITE | Posix.OPEN_NON_BLOCKING | Posix.OPEN_CLOSE_ON_EXEC);
    try (var arena = Arena.ofConfined()) {
      var request = arena.allocate(REQUEST_BYTES);
      request.setString(0, name);
      request.set(JAVA_SHORT, NAME_BYTES, (short) (IP_PACKETS | NO_PACKET_INFO));
      Posix.ioctl(fd, SET_INTERFACE, request);
      return new TunDevice(name, fd);
    } catch (IOException e) {
      Posix.close(fd);
      throw new IOException("TUN device " + name + ": " + e.getMessage(), e);
    }
  }

  String name() {
    return name;
  }

  int fd() {
    return fd;
  }

  /// @return the packet's length; -1 if there is none now
  int read(MemorySegment into) throws IOException {
    return (int) Posix.read(fd, into);
  }

  /// @return whether the kernel has taken the packet
  boolean write(MemorySegment packet) {
    return Posix.write(fd, packet);
  }

  @Override
  public void close() throws IOException {
    Posix.close(fd);
  }
}
